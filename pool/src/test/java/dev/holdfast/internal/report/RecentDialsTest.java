package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.diagnosis.ConnectEnd;
import dev.holdfast.internal.diagnosis.ConnectSigns.History;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server that was restarted twice is no balancer with a dead backend. */
final class RecentDialsTest {

  private final RecentDials dials = new RecentDials();
  private long now = -5; // System.nanoTime() may be negative

  private RecentDialsTest connected(int times, Duration apart) {
    return ended(ConnectEnd.CONNECTED, times, apart);
  }

  private RecentDialsTest refused(int times, Duration apart) {
    return ended(ConnectEnd.REFUSED, times, apart);
  }

  private RecentDialsTest ended(ConnectEnd how, int times, Duration apart) {
    for (int i = 0; i < times; i++) {
      dials.add(how, now);
      now += apart.toNanos();
    }
    return this;
  }

  private RecentDialsTest nobodyDialsFor(Duration pause) {
    now += pause.toNanos();
    return this;
  }

  private static Duration millis(long count) {
    return Duration.ofMillis(count);
  }

  @Test
  void mustNotTakeRestartsForABalancer() {
    connected(6, millis(5)).nobodyDialsFor(millis(3_000)).refused(3, millis(100));
    assertThat(dials.history()).isEqualTo(new History(6, 3, 0, 0, 0));
    connected(4, millis(5)).nobodyDialsFor(millis(2_500)).refused(2, millis(100));
    assertThat(dials.history()).isEqualTo(new History(10, 5, 0, 0, 1));
    connected(1, millis(5));
    assertThat(dials.history()).isEqualTo(new History(11, 5, 0, 0, 2));
  }

  @Test
  void mustCountTurnsOfDialsThatFollowEachOther() {
    connected(1, millis(5)).refused(1, millis(5)).connected(1, millis(5)).refused(1, millis(5));
    assertThat(dials.history()).isEqualTo(new History(2, 2, 0, 0, 3));
  }

  /** Whoever dials every ten seconds has no pauses. */
  @Test
  void mustCountTurnsOfSlowDialsToo() {
    Duration pace = Duration.ofSeconds(10);
    connected(1, pace).refused(1, pace).connected(1, pace).refused(1, pace).connected(1, pace);
    assertThat(dials.history()).isEqualTo(new History(3, 2, 0, 0, 4));
  }

  @Test
  void mustForgetWhatIsOlderThanAMinute() {
    connected(1, millis(5)).refused(1, Duration.ofSeconds(61)).connected(1, millis(5));
    assertThat(dials.history()).isEqualTo(new History(1, 0, 0, 0, 0));
  }

  @Test
  void mustRememberTwentyAtMost() {
    connected(15, millis(5)).refused(10, millis(5));
    assertThat(dials.history()).isEqualTo(new History(10, 10, 0, 0, 1));
  }
}
