package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class SuspendClockTest {

  private static final long HOUR = Duration.ofHours(1).toNanos();

  private long nanos = 17;
  private long wall = 1_800_000_000_000_000_000L;
  private long slept;
  private boolean boot = true;
  private final SuspendClock clock =
      new SuspendClock(
          () -> nanos,
          () -> wall / 1_000_000,
          () -> boot ? OptionalLong.of(nanos + slept + 99) : OptionalLong.empty());

  private void pass(long time) {
    nanos += time;
    wall += time;
  }

  @Test
  void mustGoOnWhileTheMachineSleeps() {
    long before = clock.nanoTime();
    slept += HOUR;
    wall += HOUR;
    pass(5);
    assertThat(clock.nanoTime() - before).isEqualTo(HOUR + 5);
    assertThat(clock.suspendedNanos()).isEqualTo(HOUR);
    pass(7);
    assertThat(clock.nanoTime() - before).isEqualTo(HOUR + 12);
  }

  @Test
  void mustNotFollowTheWallClock() {
    long before = clock.nanoTime();
    wall += HOUR;
    assertThat(clock.nanoTime()).isEqualTo(before);
    wall -= 3 * HOUR;
    assertThat(clock.nanoTime()).isEqualTo(before);
    pass(HOUR);
    assertThat(clock.nanoTime()).isEqualTo(before + HOUR);
    assertThat(clock.doubts()).isZero();
  }

  @Test
  void mustTellASleepFromAClockThatIsSetAtTheSameTime() {
    long before = clock.nanoTime();
    slept += HOUR;
    wall += 3 * HOUR;
    assertThat(clock.nanoTime()).isEqualTo(before + HOUR);
  }

  @Test
  void mustNotTakeSlewingForASleep() {
    boot = false;
    SuspendClock slewed =
        new SuspendClock(() -> nanos, () -> wall / 1_000_000, OptionalLong::empty);
    for (int second = 0; second < 100_000; second++) {
      pass(1_000_000_000L);
      wall += 500_000; // 500 ppm, for a day
      slewed.nanoTime();
    }
    assertThat(slewed.doubts()).isZero();
    wall += HOUR;
    slewed.nanoTime();
    assertThat(slewed.doubts()).isEqualTo(1);
    assertThat(slewed.suspendedNanos()).isZero();
  }

  /** On the machine itself: {@code /proc/uptime} goes as fast as the monotonic clock. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void mustReadTheBootClockOfThisHost() {
    OptionalLong first = SuspendClock.uptime();
    long began = System.nanoTime();
    LockSupport.parkNanos(300_000_000);
    long passed = SuspendClock.uptime().orElseThrow() - first.orElseThrow();
    long tick = 20_000_000;
    assertThat(passed).isBetween(1L, System.nanoTime() - began + tick);
  }
}
