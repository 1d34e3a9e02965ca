package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that ends every connection at its first request is not dialled in a loop. */
final class ReconnectPaceTest {

  private static final Duration WHILE = Duration.ofSeconds(3);

  private final ClientResources resources =
      ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();

  @AfterEach
  void stop() throws Exception {
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }

  private static @Nullable String dies(String command) {
    return command.equals("GET") || command.equals("INCR") ? null : ScriptedRedis.plain(command);
  }

  /** Connects made while a caller asks again and again. */
  private static int connects(RedisClient client, ScriptedRedis redis) throws Exception {
    try (var connection = client.connect()) {
      connection.setTimeout(Duration.ofSeconds(1));
      int before = redis.accepted();
      long began = System.nanoTime();
      while (System.nanoTime() - began < WHILE.toNanos()) {
        var asked = connection.async().get("key");
        asked.await(1, TimeUnit.SECONDS);
      }
      return redis.accepted() - before;
    } finally {
      client.shutdown(Duration.ZERO, Duration.ZERO);
    }
  }

  private static RedisURI uri(ScriptedRedis redis) {
    return RedisURI.create("127.0.0.1", redis.port());
  }

  private RedisClient guarded(ScriptedRedis redis) {
    LettuceGuard guard =
        LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry()).build();
    RedisClient client = RedisClient.create(guard.install(resources), uri(redis));
    client.setOptions(guard.options(ClientOptions.create()));
    return client;
  }

  @Test
  void mustNotReconnectMoreOftenThanWithoutTheGuard() throws Exception {
    try (ScriptedRedis redis = ScriptedRedis.answering(ReconnectPaceTest::dies)) {
      int bare = connects(RedisClient.create(resources, uri(redis)), redis);
      int guarded = connects(guarded(redis), redis);
      assertThat(guarded).as("bare: %d", bare).isBetween(1, Math.max(20, 2 * bare));
    }
  }

  /** Each borrower would be the first to use a connection of his own. */
  @Test
  void mustNotConnectForEachBorrowerOfAPool() throws Exception {
    LettuceGuard guard =
        LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry()).build();
    try (ScriptedRedis redis = ScriptedRedis.answering(ReconnectPaceTest::dies)) {
      RedisClient client = RedisClient.create(guard.install(resources), uri(redis));
      client.setOptions(guard.options(ClientOptions.create()));
      try (LettucePool<String, String> pool =
          guard.pool(client).maxSize(8).acquireTimeout(Duration.ofMillis(500)).build()) {
        long began = System.nanoTime();
        int failed = 0;
        while (System.nanoTime() - began < WHILE.toNanos()) {
          failed += fails(pool) ? 1 : 0;
        }
        assertThat(failed).isPositive();
        assertThat(redis.accepted()).isBetween(1, 40);
      } finally {
        client.shutdown(Duration.ZERO, Duration.ZERO);
      }
    }
  }

  private static boolean fails(LettucePool<String, String> pool) {
    try (var lent = pool.borrow()) {
      lent.sync().incr("key");
      return false;
    } catch (Exception lost) {
      return true;
    }
  }

  /** What happens once is no loop: the next connection is there at once, and so the one after. */
  @Test
  void mustNotSlowDownAConnectionThatWasOfUse() throws Exception {
    try (ScriptedRedis redis = ScriptedRedis.answering(ReconnectPaceTest::dies);
        var connection = guarded(redis).connect()) {
      for (int i = 0; i < 3; i++) {
        connection.sync().set("key", "value");
        Await.idle(Duration.ofMillis(1_100));
        connection.sync().set("key", "value");
        int before = redis.accepted();
        connection.async().incr("key");
        Await.until("again", RedisBed.SOON, () -> redis.accepted() > before);
      }
    }
  }
}
