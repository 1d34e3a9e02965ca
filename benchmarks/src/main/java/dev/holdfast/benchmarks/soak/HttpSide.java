package dev.holdfast.benchmarks.soak;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Apache HttpClient 5, classic. */
final class HttpSide implements AutoCloseable {

  /** What nginx is told, and what the guard is told of nginx. */
  static final Duration KEEP_ALIVE = Duration.ofSeconds(4);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final int CONNECTIONS = 6;

  private final String base;
  private final CloseableHttpClient client;

  private HttpSide(String base, CloseableHttpClient client) {
    this.base = base;
    this.client = client;
  }

  /** With what its manual advises: validation after a second, eviction before the server closes. */
  static HttpSide bare(String address, int port) {
    return new HttpSide(
        base(address, port),
        builder()
            .setConnectionManager(
                pool(ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.ofSeconds(1)))
                    .build())
            .evictExpiredConnections()
            .evictIdleConnections(TimeValue.ofSeconds(3))
            .build());
  }

  /** With the guard's own settings for a server whose keepalive timeout is known. */
  static HttpSide guarded(String address, int port, Consumer<DiagnosisEvent> diagnoses) {
    ApacheHttpGuard guard =
        ApacheHttpGuard.custom(
                NetworkPath.to(ServerLimits.withIdleTimeout("nginx", KEEP_ALIVE)).plan())
            .connectTimeout(CONNECT_TIMEOUT)
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    guard.onDiagnosis(diagnoses);
    return new HttpSide(
        base(address, port),
        guard
            .install(builder())
            .setConnectionManager(guard.install(pool(ConnectionConfig.custom())))
            .build());
  }

  private static String base(String address, int port) {
    return "http://%s:%d/soak/".formatted(address, port);
  }

  private static HttpClientBuilder builder() {
    return HttpClients.custom()
        .setDefaultRequestConfig(
            RequestConfig.custom().setResponseTimeout(Timeout.of(RedisSide.TIMEOUT)).build());
  }

  private static PoolingHttpClientConnectionManagerBuilder pool(ConnectionConfig.Builder config) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setMaxConnTotal(CONNECTIONS)
        .setMaxConnPerRoute(CONNECTIONS)
        .setDefaultConnectionConfig(
            config
                .setConnectTimeout(Timeout.of(CONNECT_TIMEOUT))
                .setSocketTimeout(Timeout.of(RedisSide.TIMEOUT))
                .build());
  }

  /** GETs and POSTs in turn, each to a path of its own, which nginx answers with that path. */
  Worker.Step work(Caller caller, String name) {
    return number -> {
      String id = name + ":" + number;
      boolean get = number % 2 == 0;
      HttpUriRequestBase request = get ? new HttpGet(base + id) : new HttpPost(base + id);
      request.setHeader(NginxServer.REQUEST_ID, id);
      if (!get) {
        request.setEntity(new StringEntity("once"));
      }
      return caller.call(get ? Work.PLAIN : Work.POST, get ? "" : id, () -> asked(request, id));
    };
  }

  private boolean asked(HttpUriRequestBase request, String id) throws IOException {
    return client.execute(
        request,
        response -> {
          String body = EntityUtils.toString(response.getEntity());
          if (response.getCode() != HttpStatus.SC_OK) {
            throw new IOException("status " + response.getCode());
          }
          return body.equals("/soak/" + id);
        });
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
