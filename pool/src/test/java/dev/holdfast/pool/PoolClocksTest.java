package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pool.FakeServer.Connection;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A pool on a machine that sleeps, and on one whose clock somebody sets. */
final class PoolClocksTest {

  private static final Duration TEN_MINUTES = PoolBed.SERVER_TIMEOUT.multipliedBy(2);

  private static PoolBed twoIdle(long seed) {
    return new PoolBed(seed, pool -> pool.maxSize(2).minIdle(2));
  }

  @Test
  void mustNotMindThatSomebodySetsTheClock() {
    for (Duration by : new Duration[] {TEN_MINUTES, TEN_MINUTES.negated()}) {
      PoolBed bed = twoIdle(41);
      bed.world.pass(Duration.ofSeconds(5));
      bed.world.setWallClock(by);
      Lease<Connection> lease = bed.pool.tryAcquire();
      assertThat(lease).as("lent at once").isNotNull();
      bed.world.pass(Duration.ofSeconds(30));
      bed.release(Objects.requireNonNull(lease));
      bed.world.pass(Duration.ofSeconds(30));
      assertThat(bed.server.opened).as("set by %s", by).isEqualTo(2);
      assertThat(bed.server.proved).as("set by %s", by).isZero();
      assertThat(bed.server.open()).isEqualTo(2);
    }
  }

  @Test
  void mustNoticeThatTheMachineSleptBeforeTheNextUse() {
    PoolBed bed = twoIdle(42);
    bed.world.pass(Duration.ofMillis(300));
    bed.world.suspend(TEN_MINUTES);
    assertThat(bed.pool.tryAcquire()).as("no tick has come since").isNull();
    assertThat(bed.acquire().connection().number).isGreaterThanOrEqualTo(2);
    bed.world.pass(Duration.ofSeconds(30));
    assertThat(bed.server.all().get(0).reason).isEqualTo(CloseReason.IDLE_LIMIT);
  }

  @Test
  void mustProveWhatSleptIntoTheWarningZone() {
    PoolBed bed = twoIdle(43);
    bed.world.suspend(PoolBed.plan().warnAge().orElseThrow());
    assertThat(bed.pool.tryAcquire()).isNull();
    bed.world.pass(Duration.ofSeconds(30));
    assertThat(bed.server.proved).isEqualTo(2);
    assertThat(bed.server.opened).isEqualTo(2);
    assertThat(bed.pool.tryAcquire()).isNotNull();
  }

  /** Neither may be told from the other there: a proof, and no connection lost. */
  @Test
  void mustProveWhereNobodyCanTellASleepFromAClockThatWasSet() {
    PoolBed bed = twoIdle(44);
    bed.world.hideBootClock();
    bed.world.pass(Duration.ofMillis(300));
    bed.world.setWallClock(TEN_MINUTES);
    assertThat(bed.pool.tryAcquire()).isNull();
    bed.world.settle();
    assertThat(bed.server.proved).isEqualTo(2);
    assertThat(bed.pool.tryAcquire()).isNotNull();
    bed.world.pass(Duration.ofSeconds(30));
    assertThat(bed.server.open()).isEqualTo(2);
    assertThat(bed.server.opened).isEqualTo(2);
  }
}
