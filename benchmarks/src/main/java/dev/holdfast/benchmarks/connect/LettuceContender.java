package dev.holdfast.benchmarks.connect;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Lettuce; its time is that of {@code connect()}, handshake included. */
final class LettuceContender implements Contender {

  private final ClientResources resources;
  private final RedisClient client;

  LettuceContender(
      Difficulty difficulty, int port, boolean guarded, Consumer<ConnectReport> onConnect) {
    RedisURI uri = RedisURI.create("redis://" + difficulty.address() + ":" + port);
    ClientOptions options =
        ClientOptions.builder()
            .socketOptions(SocketOptions.builder().connectTimeout(difficulty.timeout()).build())
            .build();
    ClientResources plain =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    if (guarded) {
      LettuceGuard guard =
          LettuceGuard.custom(difficulty.path().plan())
              .meterRegistry(new SimpleMeterRegistry())
              .build();
      guard.onConnect(onConnect);
      resources = guard.install(plain);
      client = RedisClient.create(resources, uri);
      client.setOptions(guard.options(options));
    } else {
      resources = plain;
      client = RedisClient.create(resources, uri);
      client.setOptions(options);
    }
  }

  @Override
  public long connect() {
    long began = System.nanoTime();
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      long took = System.nanoTime() - began;
      connection.sync().ping();
      return took;
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
