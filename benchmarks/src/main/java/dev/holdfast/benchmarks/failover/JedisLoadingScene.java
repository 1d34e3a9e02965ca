package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.jedis.JedisConnections;
import dev.holdfast.redis.jedis.JedisGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;

/** The same restart for Jedis, whose callers wait ten seconds for an answer. */
final class JedisLoadingScene implements Scene {

  private static final int CALL_MILLIS = 10_000;

  private final RedisServer redis = LoadingScene.withMuchToRead();
  private final JedisGuard guard =
      JedisGuard.custom(RedisSide.direct()).meterRegistry(new SimpleMeterRegistry()).build();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @Override
  public Caller caller(boolean guarded) {
    JedisClientConfig config =
        DefaultJedisClientConfig.builder().socketTimeoutMillis(CALL_MILLIS).build();
    HostAndPort server = new HostAndPort("127.0.0.1", redis.port());
    RedisClient client;
    if (guarded) {
      JedisConnections connections = guard.connections(server, config);
      client = RedisClient.builder().clientConfig(config).connectionProvider(connections).build();
    } else {
      client = RedisClient.builder().clientConfig(config).hostAndPort(server).build();
    }
    opened.push(client);
    return id -> client.hincrBy(Runs.key(guarded), id, 1) > 0;
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return Runs.of(redis, Runs.key(guarded));
  }

  @Override
  public void happens(Runnable done) {
    redis.kill();
    done.run();
    redis.restart();
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    guard.close();
    redis.close();
  }
}
