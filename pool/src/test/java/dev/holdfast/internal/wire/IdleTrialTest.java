package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.wire.IdleTrial.Ruling;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An idle connection was asked before its use, and its answer is overdue. */
final class IdleTrialTest {

  private static final long ASKED = TimeUnit.SECONDS.toNanos(100);

  private Opinion opinion = new Opinion.Unanswered(ASKED);

  @Test
  void mustLeaveForNewcomerThatWasAnsweredAtOnce() {
    IdleTrial trial = asked(2_000);
    answered(300, 0);
    assertThat(trial.overdue(reading(300))).isEqualTo(Ruling.LEAVE);
    assertThat(trial.pathWorked()).contains(true);
    assertThat(trial.dark()).isFalse();
  }

  @Test
  void mustWaitWhileNobodyIsAnswered() {
    IdleTrial trial = asked(2_000);
    for (int millis = 300; millis < 30_000; millis += 100) {
      assertThat(trial.overdue(reading(millis))).isEqualTo(Ruling.WAIT);
    }
    assertThat(trial.dark()).isTrue();
    assertThat(trial.overdue(reading(30_000))).as("gone for good").isEqualTo(Ruling.LEAVE);
    assertThat(trial.pathWorked()).isEmpty();
  }

  @Test
  void mustAskAgainOnceTheDarknessIsOver() {
    IdleTrial trial = asked(2_000);
    trial.overdue(reading(300));
    answered(2_000, 1_700);
    assertThat(trial.overdue(reading(2_010))).isEqualTo(Ruling.ASK_AGAIN);
    assertThat(trial.overdue(reading(2_030))).isEqualTo(Ruling.WAIT);
    assertThat(trial.overdue(reading(2_060))).isEqualTo(Ruling.LEAVE);
    assertThat(trial.pathWorked()).contains(false);
  }

  /** It owes no answer to a probe that follows another, its own kernel's repetition too. */
  @Test
  void mustAskAgainOnlyOnceThePeerWouldAnswer() {
    IdleTrial trial = asked(2_000);
    trial.overdue(reading(300));
    answered(400, 100);
    assertThat(trial.overdue(reading(410))).isEqualTo(Ruling.WAIT);
    assertThat(trial.overdue(reading(525))).isEqualTo(Ruling.ASK_AGAIN);
    trial = asked(2_000);
    trial.overdue(reading(300));
    answered(1_010, 710);
    assertThat(trial.overdue(reading(1_020, 2))).as("just repeated").isEqualTo(Ruling.WAIT);
    assertThat(trial.overdue(reading(1_530, 2))).isEqualTo(Ruling.WAIT);
    assertThat(trial.overdue(reading(1_545, 2))).isEqualTo(Ruling.ASK_AGAIN);
    assertThat(trial.overdue(reading(1_600, 3))).isEqualTo(Ruling.LEAVE);
  }

  /** Others are in doubt too, and newcomers are answered all the time. */
  @Test
  void mustNotBePutOffByTheAnswersThatOthersGet() {
    IdleTrial trial = asked(2_000);
    trial.overdue(reading(300));
    answered(2_000, 1_700);
    assertThat(trial.overdue(reading(2_010))).isEqualTo(Ruling.ASK_AGAIN);
    answered(2_050, 1_700);
    assertThat(trial.overdue(reading(2_060))).isEqualTo(Ruling.LEAVE);
  }

  @Test
  void mustHaveTheKernelAskNoSecondTimeWhatWasSilentForLong() {
    IdleTrial trial = asked(31_000);
    assertThat(trial.overdue(reading(300))).isEqualTo(Ruling.LET_BE);
    assertThat(trial.overdue(reading(320))).isEqualTo(Ruling.WAIT);
    answered(2_000, 1_700);
    assertThat(trial.overdue(reading(2_010))).isEqualTo(Ruling.LEAVE);
  }

  @Test
  void mustLookMoreRarelyTheLongerItLasts() {
    IdleTrial trial = asked(2_000);
    assertThat(trial.pauseNanos(at(10))).isEqualTo(millis(2));
    assertThat(trial.pauseNanos(at(320))).isEqualTo(millis(10));
    assertThat(trial.pauseNanos(at(30_000))).isEqualTo(millis(20));
  }

  private IdleTrial asked(int silentMillis) {
    WireSnapshot before =
        new WireSnapshot(
            WireSource.EPOLL,
            ASKED,
            WireSnapshot.ESTABLISHED,
            0,
            0,
            0,
            0,
            204_000,
            1_000,
            silentMillis,
            silentMillis,
            silentMillis,
            0);
    return new IdleTrial(
        since -> {
          assertThat(since).isEqualTo(ASKED);
          return opinion;
        },
        before,
        ASKED);
  }

  private void answered(int millis, int darkMillis) {
    opinion = new Opinion.Answered(at(millis), Duration.ofMillis(1), Duration.ofMillis(darkMillis));
  }

  private static WireSnapshot reading(int millis) {
    return reading(millis, 1);
  }

  private static WireSnapshot reading(int millis, int probes) {
    return new WireSnapshot(
        WireSource.EPOLL,
        at(millis),
        WireSnapshot.ESTABLISHED,
        0,
        0,
        probes,
        0,
        204_000,
        1_000,
        2_000 + millis,
        2_000 + millis,
        2_000 + millis,
        0);
  }

  private static long at(int millis) {
    return ASKED + millis(millis);
  }

  private static long millis(int millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
