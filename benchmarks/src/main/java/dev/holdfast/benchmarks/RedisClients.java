package dev.holdfast.benchmarks;

import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettucePool;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One contender: a Lettuce client with resources, hence event loops, of its own. The two differ in
 * the guard and nothing else.
 */
final class RedisClients implements AutoCloseable {
  private final ClientResources resources;
  private final RedisClient client;
  private final @Nullable LettuceGuard guard;

  private RedisClients(
      ClientResources resources, RedisClient client, @Nullable LettuceGuard guard) {
    this.resources = resources;
    this.client = client;
    this.guard = guard;
  }

  static RedisClients bare(int port) {
    return bare(port, ClientResources.create());
  }

  static RedisClients bare(int port, ClientResources resources) {
    return new RedisClients(resources, RedisClient.create(resources, uri(port)), null);
  }

  /** Guarded for a path with an idle limit, so that background pings are scheduled too. */
  static RedisClients guarded(int port) {
    return guarded(port, ClientResources.create());
  }

  static RedisClients guarded(int port, ClientResources own) {
    LettuceGuard guard =
        LettuceGuard.custom(
                NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
                    .through(HopPreset.AWS_NLB.hop())
                    .plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    ClientResources resources = guard.install(own);
    RedisClient client = RedisClient.create(resources, uri(port));
    client.setOptions(guard.options(ClientOptions.create()));
    return new RedisClients(resources, client, guard);
  }

  private static RedisURI uri(int port) {
    return RedisURI.create("127.0.0.1", port);
  }

  StatefulRedisConnection<String, String> connect() {
    return client.connect();
  }

  /**
   * Holdfast's pool of guarded connections.
   *
   * @throws IllegalStateException if this is a bare client
   */
  LettucePool<String, String> pool(int size) {
    if (guard == null) {
      throw new IllegalStateException("a bare client has no pool of guarded connections");
    }
    return guard.pool(client).maxSize(size).build();
  }

  @Override
  public void close() throws InterruptedException {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    try {
      resources.shutdown(0, 5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the event loops did not end", e);
    }
  }
}
