package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stopped server whose kernel still answers: not a dead path. */
final class SlowServerTest {

  private static final int THREADS = 4;

  @NeedsTcpInfo
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNotReconnectWhenRedisIsStoppedForThreeSeconds(boolean tls) throws Exception {
    try (RedisServer redis = RedisServer.builder().tls().start()) {
      List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
      LettuceGuard guard =
          LettuceGuard.custom(RedisBed.direct()).meterRegistry(new SimpleMeterRegistry()).build();
      guard.onSwap(swaps::add);
      RedisURI uri =
          RedisURI.create(
              tls ? "rediss://localhost:" + redis.tlsPort() : "redis://127.0.0.1:" + redis.port());
      uri.setTimeout(Duration.ofSeconds(10));
      try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
        var client = bed.guarded(guard, TlsSetup.trusting(redis), uri);
        var busy = client.connect();
        var idle = client.connect();
        idle.sync().ping();
        String connectionsBefore = received(redis);
        long calls = loadWhileStopped(redis, busy, idle);
        assertThat(redis.counter("slow")).isEqualTo(calls);
        assertThat(swaps).isEmpty();
        assertThat(received(redis)).isEqualTo(plus(connectionsBefore, 2)); // the oracle's own
      }
    }
  }

  /** Calls without pause on one connection, one call on a connection idle for over a second. */
  private static long loadWhileStopped(
      RedisServer redis,
      StatefulRedisConnection<String, String> busy,
      StatefulRedisConnection<String, String> idle)
      throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    try {
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        results.add(threads.submit(incrementWhile(running, busy)));
      }
      Await.idle(Duration.ofMillis(1_200));
      redis.freeze();
      results.add(
          threads.submit(
              () -> {
                idle.sync().incr("slow");
                return 1L;
              }));
      Await.idle(Duration.ofSeconds(3));
      redis.thaw();
      Await.idle(Duration.ofMillis(300));
      running.set(false);
      long calls = 0;
      for (Future<Long> result : results) {
        calls += result.get(10, TimeUnit.SECONDS);
      }
      return calls;
    } finally {
      threads.shutdownNow();
    }
  }

  private static Callable<Long> incrementWhile(
      AtomicBoolean running, StatefulRedisConnection<String, String> connection) {
    return () -> {
      long calls = 0;
      while (running.get()) {
        connection.sync().incr("slow");
        calls++;
      }
      return calls;
    };
  }

  private static String received(RedisServer redis) {
    return redis
        .command("INFO", "stats")
        .lines()
        .filter(line -> line.startsWith("total_connections_received:"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  private static String plus(String count, int more) {
    return Long.toString(Long.parseLong(count) + more);
  }
}
