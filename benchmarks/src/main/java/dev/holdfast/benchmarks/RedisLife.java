package dev.holdfast.benchmarks;

import dev.holdfast.lab.Orders;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettucePool;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client from its opening to its end, bare or with a guard and a pool. */
final class RedisLife {

  /** What is closed. */
  enum Part {
    POOL,
    CLIENT,
    RESOURCES,
    GUARD
  }

  /** The application's: it lives on. */
  private static final MeterRegistry METERS = new SimpleMeterRegistry();

  private final @Nullable LettuceGuard guard;
  private final @Nullable LettucePool<String, String> pool;
  private final ClientResources resources =
      ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
  private final RedisClient client;

  private RedisLife(int port, boolean guarded) {
    RedisURI uri = RedisURI.create("127.0.0.1", port);
    if (guarded) {
      guard =
          LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan())
              .meterRegistry(METERS)
              .name("life")
              .build();
      client = RedisClient.create(guard.install(resources), uri);
      client.setOptions(guard.options(ClientOptions.create()));
      pool = guard.pool(client).build();
    } else {
      guard = null;
      pool = null;
      client = RedisClient.create(resources, uri);
    }
  }

  static RedisLife bare(int port) {
    return new RedisLife(port, false);
  }

  static RedisLife guarded(int port) {
    return new RedisLife(port, true);
  }

  static List<List<Part>> orders() {
    return Orders.of(List.of(Part.values()));
  }

  /** One call, then everything is closed in this order. */
  void live(List<Part> order) throws Exception {
    StatefulRedisConnection<String, String> connection = client.connect();
    connection.sync().ping();
    if (pool != null) {
      try (var lent = pool.borrow()) {
        lent.sync().ping();
      }
    }
    for (Part part : order) {
      close(part);
    }
  }

  private void close(Part part) throws Exception {
    switch (part) {
      case POOL -> {
        if (pool != null) {
          pool.close();
        }
      }
      case CLIENT -> client.shutdownAsync(0, 0, TimeUnit.SECONDS); // waits for ever if it is last
      case RESOURCES -> resources.shutdown(0, 0, TimeUnit.SECONDS).get();
      case GUARD -> {
        if (guard != null) {
          guard.close();
        }
      }
    }
  }
}
