package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The number this library is about has a meter: how long connections had been idle when used. */
final class IdleAgeTest {

  private static final double LIMIT_SECONDS = 300;

  @Test
  void mustMeterTheIdleAgeAtUseAndItsShareOfTheLimit() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      var age = bed.meters().get("holdfast.idle.age").timer();
      var share = bed.meters().get("holdfast.idle.used").summary();
      long counted;
      long before;
      long began;
      int tries = 0;
      do { // a machine that stands still for a second makes idle what is in use
        before = age.count();
        began = System.nanoTime();
        connection.sync().ping();
        connection.sync().incr("a");
        counted = age.count();
      } while (System.nanoTime() - began > Duration.ofMillis(900).toNanos() && ++tries < 5);
      assertThat(counted - before).as("in use all the time").isZero();
      Await.idle(Duration.ofMillis(1_100));
      connection.sync().incr("a");
      Await.idle(Duration.ofMillis(1_100));
      connection.sync().get("a");
      assertThat(age.count()).isEqualTo(counted + 2);
      assertThat(age.max(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(1_100);
      assertThat(share.count()).isEqualTo(counted + 2);
      assertThat(share.max()).isBetween(1.1 / LIMIT_SECONDS, 0.2);
    }
  }
}
