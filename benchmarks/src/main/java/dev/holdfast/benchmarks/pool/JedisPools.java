package dev.holdfast.benchmarks.pool;

import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.jedis.JedisGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** The pools of Jedis connections, each full before it is measured, below the same client. */
public final class JedisPools {

  private JedisPools() {}

  private static JedisClientConfig config() {
    return DefaultJedisClientConfig.builder().build();
  }

  private static HostAndPort server(int port) {
    return new HostAndPort("127.0.0.1", port);
  }

  /**
   * Holdfast's, guarded for a path with an idle limit.
   *
   * @param port of the server
   * @param size of the pool
   * @return the pool
   */
  public static RedisPool holdfast(int port, int size) {
    JedisGuard guard =
        JedisGuard.custom(
                NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
                    .through(HopPreset.AWS_NLB.hop())
                    .plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    return open(guard.pool(server(port), config()).maxSize(size).build(), size, guard);
  }

  /**
   * Jedis' own, on commons-pool2.
   *
   * @param port of the server
   * @param size of the pool
   * @param ping whether each borrow asks the server first, as {@code testOnBorrow} does
   * @return the pool
   */
  public static RedisPool jedis(int port, int size, boolean ping) {
    GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
    pool.setJmxEnabled(false);
    pool.setMaxTotal(size);
    pool.setMaxIdle(size);
    pool.setTestOnBorrow(ping);
    return open(new PooledConnectionProvider(server(port), config(), pool), size, () -> {});
  }

  private static RedisPool open(PooledConnectionProvider provider, int size, AutoCloseable behind) {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      all.add(provider.getConnection());
    }
    all.forEach(Connection::close);
    RedisClient client =
        RedisClient.builder().clientConfig(config()).connectionProvider(provider).build();
    return new Pooled(client, behind);
  }

  private record Pooled(RedisClient client, AutoCloseable behind) implements RedisPool {
    @Override
    public @Nullable String get(String key) {
      return client.get(key);
    }

    @Override
    public void close() {
      client.close();
      try {
        behind.close();
      } catch (Exception failed) {
        throw new IllegalStateException(failed);
      }
    }
  }
}
