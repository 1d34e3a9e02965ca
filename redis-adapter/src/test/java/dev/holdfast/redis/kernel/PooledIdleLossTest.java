package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.pool2.ObjectPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pooled connections whose flows are forgotten while nobody has them. */
@KernelLab
final class PooledIdleLossTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int POOLED = 4;

  private static List<StatefulRedisConnection<String, String>> borrowAll(
      ObjectPool<StatefulRedisConnection<String, String>> pool) throws Exception {
    List<StatefulRedisConnection<String, String>> all = new ArrayList<>();
    for (int i = 0; i < POOLED; i++) {
      all.add(pool.borrowObject());
    }
    return all;
  }

  private static void warm(ObjectPool<StatefulRedisConnection<String, String>> pool)
      throws Exception {
    for (var connection : borrowAll(pool)) {
      connection.sync().ping();
      pool.returnObject(connection);
    }
  }

  /** How many of as many reads as there are connections fail, one on each. */
  private static int failures(ObjectPool<StatefulRedisConnection<String, String>> pool)
      throws Exception {
    List<StatefulRedisConnection<String, String>> all = borrowAll(pool);
    List<RedisFuture<String>> reads = all.stream().map(each -> each.async().get("none")).toList();
    long end = System.nanoTime() + KernelBed.HANG.toNanos();
    int failed = 0;
    for (RedisFuture<String> read : reads) {
      try {
        assertThat(read.get(end - System.nanoTime(), TimeUnit.NANOSECONDS)).isNull();
      } catch (ExecutionException | TimeoutException lost) {
        failed++;
      }
    }
    for (var connection : all) {
      pool.returnObject(connection);
    }
    return failed;
  }

  @ParameterizedTest
  @EnumSource
  void mustNotFailAReadOnABorrowedConnection(Dial dial, Network network) throws Exception {
    RedisServer redis = network.redis();
    network.loose(false).idleLimit(LIMIT);
    try (KernelBed bed = new KernelBed(dial, redis.port());
        var bare = bed.barePool(POOLED);
        var guarded = bed.guardedPool(POOLED)) {
      warm(bare);
      warm(guarded);
      Await.until("forgotten", KernelBed.SOON, network::hasForgottenAll);
      int lost = failures(bare);
      long began = System.nanoTime();
      int kept = failures(guarded);
      Figures.print(
          "pooled and forgotten, " + dial,
          "%d of %d reads failed on Lettuce's own pool, %d on this, after %d ms, %s",
          lost,
          POOLED,
          kept,
          Figures.millisSince(began),
          bed.swaps());
      assertThat(lost).isEqualTo(POOLED);
      assertThat(kept).isZero();
    }
  }
}
