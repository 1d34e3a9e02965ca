package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RedialScheduleTest {

  private static final long MS = 1_000_000;

  private static OptionalLong unknown() {
    return OptionalLong.empty();
  }

  private static OptionalLong millis(long srtt) {
    return OptionalLong.of(srtt * MS);
  }

  /** The instants of all dials, in milliseconds, the first at 0. */
  private static List<Long> dials(long timeoutMillis, OptionalLong srtt, int redials) {
    RedialSchedule schedule = RedialSchedule.of(timeoutMillis * MS, srtt, redials);
    List<Long> dials = new ArrayList<>(List.of(0L));
    long now = 0;
    for (int i = 0; ; i++) {
      OptionalLong wait = schedule.waitAfter(i, now);
      if (wait.isEmpty()) {
        return dials;
      }
      now += wait.getAsLong();
      dials.add(now / MS);
    }
  }

  @Test
  void mustWaitLongAndDoubleWhileTheRoundTripIsUnknown() {
    assertThat(dials(60_000, unknown(), 6))
        .containsExactly(0L, 300L, 900L, 2100L, 4500L, 9300L, 18900L);
  }

  @Test
  void mustDialQuicklyAtFirstWhenTheRoundTripIsKnown() {
    assertThat(dials(10_000, millis(1), 6))
        .containsExactly(0L, 100L, 200L, 300L, 500L, 900L, 1700L);
    assertThat(dials(10_000, millis(60), 6).get(1)).isEqualTo(200);
    assertThat(dials(10_000, millis(400), 6).get(1)).isEqualTo(900);
  }

  @Test
  void mustNotWaitPastTheKernelsOwnRetransmissionAtFirst() {
    assertThat(dials(60_000, millis(5_000), 6).get(1)).isEqualTo(900);
    assertThat(dials(60_000, OptionalLong.of(Long.MAX_VALUE), 6).get(1)).isEqualTo(900);
  }

  @Test
  void mustNotDialMoreOftenThanAllowed() {
    assertThat(dials(0, millis(1), 3)).hasSize(4);
    assertThat(dials(0, millis(1), 0)).containsExactly(0L);
  }

  @Test
  void mustNotRedialWhereTheTimeoutIsTooShort() {
    assertThat(dials(599, unknown(), 6)).containsExactly(0L);
    assertThat(dials(199, millis(1), 6)).containsExactly(0L);
  }

  @Test
  void mustLeaveTheLastDialTheLargerPartOfTheTimeout() {
    for (long timeout = 1; timeout < 20_000; timeout += 7) {
      List<Long> dials = dials(timeout, millis(timeout % 500), 40);
      assertThat(dials.get(dials.size() - 1)).isLessThanOrEqualTo(timeout / 2);
    }
  }

  /** Each dial abandons the one before, as on one descriptor: the harder case. */
  @Test
  void mustReachEverySlowPathWhateverIsRemembered() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      long timeout = 50L + random.nextInt(15_000);
      long rtt = 1L + random.nextInt((int) Math.max(1, timeout / 3));
      OptionalLong remembered = random.nextInt(5) == 0 ? unknown() : millis(random.nextInt(2_000));
      List<Long> dials = dials(timeout, remembered, random.nextInt(10));
      assertThat(connects(dials, timeout, rtt))
          .as("timeout %d, rtt %d, remembered %s", timeout, rtt, remembered)
          .isTrue();
    }
  }

  @Test
  void mustReachASlowPathNearTheTimeout() {
    assertThat(connects(dials(1_000, millis(1), 6), 1_000, 400)).isTrue();
    assertThat(connects(dials(1_000, unknown(), 6), 1_000, 400)).isTrue();
  }

  private static boolean connects(List<Long> dials, long timeout, long rtt) {
    for (int i = 0; i < dials.size(); i++) {
      long until = i + 1 < dials.size() ? dials.get(i + 1) : timeout;
      if (dials.get(i) + rtt < until) {
        return true;
      }
    }
    return false;
  }

  @Test
  void mustLeaveTheDialAloneWhenTheRedialComesTooLate() {
    RedialSchedule schedule = RedialSchedule.of(Duration.ofSeconds(1).toNanos(), unknown(), 6);
    assertThat(schedule.tooLate(500 * MS)).isFalse();
    assertThat(schedule.tooLate(626 * MS)).isTrue();
    assertThat(RedialSchedule.of(0, unknown(), 6).tooLate(Long.MAX_VALUE / 2)).isFalse();
  }

  @Test
  void mustRefuseNegativeNumbers() {
    assertThatThrownBy(() -> RedialSchedule.of(-1, unknown(), 6))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RedialSchedule.of(1, unknown(), -6))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
