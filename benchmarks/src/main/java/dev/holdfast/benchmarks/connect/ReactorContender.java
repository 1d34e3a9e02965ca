package dev.holdfast.benchmarks.connect;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.usage.Usage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.URI;
import java.util.function.Consumer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's client, that keeps no connection. */
final class ReactorContender implements Contender {

  private final URI uri;
  private final HttpClient client;
  private final ConnectionProvider pool;

  ReactorContender(
      Difficulty difficulty, int port, boolean guarded, Consumer<ConnectReport> onConnect) {
    this.uri = URI.create("http://%s:%d/".formatted(difficulty.address(), port));
    ConnectionProvider.Builder plain =
        ConnectionProvider.builder("connects").maxConnections(difficulty.callers());
    if (guarded) {
      ReactorHttpGuard guard =
          ReactorHttpGuard.custom(difficulty.path().plan())
              .usage(Usage.SHORT_LIVED)
              .meterRegistry(new SimpleMeterRegistry())
              .build();
      guard.onConnect(onConnect);
      pool = guard.provider(plain);
      client = guard.install(client(pool, difficulty));
    } else {
      pool = plain.build();
      client = client(pool, difficulty);
    }
  }

  private static HttpClient client(ConnectionProvider pool, Difficulty difficulty) {
    return HttpClient.create(pool)
        .keepAlive(false)
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(difficulty.timeout().toMillis()));
  }

  @Override
  public long connect() throws IOException {
    long began = System.nanoTime();
    Integer status =
        client
            .get()
            .uri(uri)
            .responseSingle(
                (response, body) ->
                    body.asByteArray()
                        .map(any -> 0)
                        .defaultIfEmpty(0)
                        .map(any -> response.status().code()))
            .block();
    if (status == null || status != 200) {
      throw new IOException("status " + status);
    }
    return System.nanoTime() - began;
  }

  @Override
  public void close() {
    pool.dispose();
  }
}
