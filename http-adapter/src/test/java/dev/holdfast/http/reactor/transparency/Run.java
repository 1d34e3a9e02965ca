package dev.holdfast.http.reactor.transparency;

import io.netty.channel.Channel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** One program, run with one client. */
@SuppressWarnings("deprecation") // SslContextSpec: the same on Reactor Netty 1.2
final class Run {

  private static final Duration SOON = Duration.ofSeconds(20);

  /**
   * What a run showed.
   *
   * @param lines what the caller saw, what servers were asked, and what the client told its user
   * @param proofs how many the guard made
   */
  record Transcript(List<String> lines, double proofs) {}

  private final Servers servers;
  private final String run;
  private final Program program;
  private final Map<String, AtomicInteger> told = new ConcurrentSkipListMap<>();

  private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();

  private Run(Servers servers, Program program) {
    this.servers = servers;
    this.run = servers.nextRun();
    this.program = program;
  }

  static Transcript of(Program program, Mode mode, Servers servers) {
    return new Run(servers, program).with(mode);
  }

  private Transcript with(Mode mode) {
    Setting setting = program.setting();
    ConnectionProvider.Builder pool =
        ConnectionProvider.builder("transparency")
            .maxConnections(setting.connections())
            .pendingAcquireMaxCount(-1);
    if (setting.lifo()) {
      pool.lifo();
    }
    List<String> lines = new ArrayList<>();
    Mode.Client client = mode.client(pool, this::settings);
    try (client) {
      Caller caller = new Caller(client.client(), setting, servers, run);
      for (Step step : program.steps()) {
        lines.add(step + " -> " + caller.run(step));
      }
    }
    channels.forEach(Run::awaitEnd);
    told.forEach((what, times) -> lines.add(what + " " + times));
    List<String> asked = new ArrayList<>(servers.journal.take(run));
    asked.removeIf(line -> line.contains("/slow/")); // its body may or may not be read in time
    if (setting.connections() > 1) {
      asked.replaceAll(line -> line.replaceFirst(" over [0-9]+:", ":"));
      Collections.sort(asked);
    }
    lines.addAll(asked);
    lines.replaceAll(
        line ->
            line.replace("/" + run + "/", "/run/")
                .replaceAll("sec-websocket-key: [^,]*", "")
                .replaceAll("x-http2-stream-id[=:] ?[0-9]+", "stream")
                .replaceAll("\\[[0-9a-f]{8}(-[0-9]+)?", "[id")
                .replaceAll("[0-9a-f]{8}-[0-9]+", "id")
                .replaceAll("(L:|:)[/0-9.a-z]*:[0-9]{4,5}", "PORT")
                .replaceAll("@[0-9a-f]{5,8}", "@"));
    return new Transcript(lines, client.proofs());
  }

  /** What is told of a channel is told on its event loop, and all of it by then. */
  private static void awaitEnd(Channel channel) {
    channel.closeFuture().awaitUninterruptibly(SOON.toMillis());
    channel.eventLoop().submit(() -> {}).awaitUninterruptibly(SOON.toMillis());
  }

  private void tell(String what) {
    told.computeIfAbsent(what, w -> new AtomicInteger()).incrementAndGet();
  }

  private HttpClient settings(HttpClient client) {
    Setting setting = program.setting();
    HttpClient mine =
        client
            .compress(setting.compression())
            .followRedirect(setting.redirects())
            .disableRetry(!setting.retries())
            .keepAlive(setting.keepAlive())
            .doOnConnected(
                connection -> {
                  channels.add(connection.channel());
                  tell("connected");
                })
            .doOnRequest((request, connection) -> tell("request"))
            .doOnRequestError((request, failure) -> tell("request error " + failure.getClass()))
            .doOnResponse((response, connection) -> tell("response"))
            .doOnResponseError((response, failure) -> tell("response error " + failure.getClass()))
            .doOnRedirect((response, connection) -> tell("redirect"));
    return switch (setting.speaks()) {
      case HTTP1 -> mine;
      case UNIX -> mine.remoteAddress(servers::socket);
      case H2C -> mine.protocol(HttpProtocol.H2C);
      case H2C_BY_UPGRADE -> mine.protocol(HttpProtocol.H2C, HttpProtocol.HTTP11);
      case HTTP1_TLS ->
          mine.secure(
              tls ->
                  tls.sslContext(
                      Http11SslContextSpec.forClient()
                          .configure(
                              ssl -> ssl.trustManager(InsecureTrustManagerFactory.INSTANCE))));
      case H2_TLS -> http2(mine.protocol(HttpProtocol.H2));
      case H2_OR_HTTP1_TLS -> http2(mine.protocol(HttpProtocol.H2, HttpProtocol.HTTP11));
    };
  }

  private static HttpClient http2(HttpClient client) {
    return client.secure(
        tls ->
            tls.sslContext(
                Http2SslContextSpec.forClient()
                    .configure(ssl -> ssl.trustManager(InsecureTrustManagerFactory.INSTANCE))));
  }
}
