package dev.holdfast.benchmarks.connect;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.usage.Usage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.util.function.Consumer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** Apache HttpClient 5, classic, that keeps no connection. */
final class Hc5Contender implements Contender {

  private final URI uri;
  private final CloseableHttpClient client;

  Hc5Contender(
      Difficulty difficulty, int port, boolean guarded, Consumer<ConnectReport> onConnect) {
    this.uri = URI.create("http://%s:%d/".formatted(difficulty.address(), port));
    Timeout timeout = Timeout.of(difficulty.timeout());
    PoolingHttpClientConnectionManagerBuilder pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(difficulty.callers())
            .setMaxConnPerRoute(difficulty.callers())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom().setConnectTimeout(timeout).build());
    HttpClientBuilder builder =
        HttpClients.custom().setConnectionReuseStrategy((request, response, context) -> false);
    if (guarded) {
      ApacheHttpGuard guard =
          ApacheHttpGuard.custom(difficulty.path().plan())
              .usage(Usage.SHORT_LIVED)
              .connectTimeout(difficulty.timeout())
              .meterRegistry(new SimpleMeterRegistry())
              .build();
      guard.onConnect(onConnect);
      client = guard.install(builder).setConnectionManager(guard.install(pool)).build();
    } else {
      client = builder.setConnectionManager(pool.build()).build();
    }
  }

  @Override
  public long connect() throws IOException {
    long began = System.nanoTime();
    int status =
        client.execute(
            new HttpGet(uri),
            response -> {
              EntityUtils.consume(response.getEntity());
              return response.getCode();
            });
    if (status != HttpStatus.SC_OK) {
      throw new IOException("status " + status);
    }
    return System.nanoTime() - began;
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
