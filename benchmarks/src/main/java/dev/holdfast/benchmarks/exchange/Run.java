package dev.holdfast.benchmarks.exchange;

import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.TlsIdentity;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;

/** Runs a program with one client against servers of its own, and a nginx of all. */
final class Run {

  private static final Pattern PORT = Pattern.compile(":[0-9]+");
  private static final List<String> SCRIPTED = List.of("A", "B", "S", "P");

  private final NginxServer nginx;

  Run(NginxServer nginx) {
    this.nginx = nginx;
  }

  /**
   * What it showed.
   *
   * @param lines a line for each step, then one for each request that a server was asked
   * @param proofs how many the guard made
   */
  record Transcript(List<String> lines, double proofs) {}

  /**
   * Runs it.
   *
   * @param patience how many times as long as usual the caller waits where he waits in vain
   */
  Transcript run(Program program, Mode mode, int patience) throws Exception {
    Map<String, ServerSocket> listeners = new HashMap<>();
    Map<String, String> origins = new HashMap<>();
    for (String name : SCRIPTED) {
      ServerSocket listener = Origin.listener();
      listeners.put(name, listener);
      origins.put(
          name, (name.equals("S") ? "https" : "http") + "://127.0.0.1:" + listener.getLocalPort());
    }
    origins.put("N", "http://127.0.0.1:" + nginx.port());
    origins.put("NS", "https://127.0.0.1:" + nginx.tlsPort());
    Journal journal = new Journal();
    List<Origin> servers = new ArrayList<>();
    SSLContext tls = TlsIdentity.shared().server();
    boolean asks = program.setting().proxy() == Setting.Proxy.ASKS;
    listeners.forEach(
        (name, listener) ->
            servers.add(
                new Origin(
                    name,
                    listener,
                    journal,
                    new Answers(origins),
                    tls,
                    name.equals("S"),
                    asks && name.equals("P"))));
    try {
      return calls(program, mode, origins, journal, patience);
    } finally {
      for (Origin server : servers) {
        server.close();
      }
    }
  }

  private Transcript calls(
      Program program, Mode mode, Map<String, String> origins, Journal journal, int patience)
      throws Exception {
    HttpClientContext context = HttpClientContext.create();
    BasicCredentialsProvider names = new BasicCredentialsProvider();
    names.setCredentials(
        new AuthScope(null, -1), new UsernamePasswordCredentials("u", "p".toCharArray()));
    context.setCredentialsProvider(names);
    List<String> lines = new ArrayList<>();
    Mode.Client client = client(program.setting(), mode, origins);
    Caller caller = new Caller(client, origins, journal, program.setting(), context, patience);
    try (client) {
      for (Step step : program.steps()) {
        lines.add(named(step + " -> " + caller.run(step), origins));
      }
      for (String last : caller.end()) {
        lines.add(named(last, origins));
      }
    }
    for (String asked : journal.lines()) {
      lines.add(named("asked " + asked, origins));
    }
    return new Transcript(lines, client.proofs());
  }

  /** Ports differ between runs. */
  static String named(String line, Map<String, String> origins) {
    Map<String, String> names = new HashMap<>();
    origins.forEach(
        (name, address) -> names.put(address.substring(address.lastIndexOf(':')), ":" + name));
    return PORT.matcher(line).replaceAll(port -> names.getOrDefault(port.group(), port.group()));
  }

  private Mode.Client client(Setting setting, Mode mode, Map<String, String> origins)
      throws Exception {
    PoolingHttpClientConnectionManagerBuilder pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(setting.perRoute())
            .setTlsSocketStrategy(
                new DefaultClientTlsStrategy(trust(), NoopHostnameVerifier.INSTANCE));
    HttpClientBuilder http = HttpClients.custom();
    switch (setting.retries()) {
      case CLIENTS -> {}
      case USERS ->
          http.setRetryStrategy(
              new DefaultHttpRequestRetryStrategy(2, TimeValue.ZERO_MILLISECONDS));
      case OFF -> http.disableAutomaticRetries();
    }
    if (setting.proxy() != Setting.Proxy.NONE) {
      http.setProxy(HttpHost.create(origins.getOrDefault("P", "")));
    }
    if (!setting.compression()) {
      http.disableContentCompression();
    }
    if (!setting.redirects()) {
      http.disableRedirectHandling();
    }
    if (!setting.cookies()) {
      http.disableCookieManagement();
    }
    new Interceptors().in(http, setting.interceptor());
    return mode.client(pool, http);
  }

  /** Both certificates are of the lab, and neither is checked here: {@code HandshakeTest} does. */
  private static SSLContext trust() throws Exception {
    return org.apache.hc.core5.ssl.SSLContexts.custom()
        .loadTrustMaterial(null, (chain, type) -> true)
        .build();
  }
}
