package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a connection's past says at its end. */
final class WireHistoryTest {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final long MILLI = 1_000_000;

  private static final ConnectionPlan DIRECT =
      NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan();

  private final ConnectionClocks clocks = new ConnectionClocks(0);
  private final WireHistory history = new WireHistory();

  private static WireSnapshot reading(
      long atNanos, long unacked, long lastAckRecvMillis, long totalRetrans) {
    return new WireSnapshot(
        WireSource.EPOLL,
        atNanos,
        WireSnapshot.ESTABLISHED,
        unacked,
        0,
        0,
        0,
        204_000,
        100,
        0,
        lastAckRecvMillis,
        0,
        totalRetrans);
  }

  private DeathSigns signs(Cause cause, boolean inFlight, long now) {
    return history.signs(cause, inFlight, clocks, DIRECT, now).build();
  }

  @Test
  void mustTellIdleTimeAndWriteApart() {
    history.wakes(reading(MINUTE, 0, 60_000, 5), MINUTE);
    clocks.requested(MINUTE);
    history.took(reading(MINUTE + 200 * MILLI, 1, 60_200, 6), false);
    DeathSigns signs = signs(Cause.PATH_SILENT, true, MINUTE + 300 * MILLI);
    assertThat(signs.idle()).isEqualTo(Duration.ofMinutes(1));
    assertThat(signs.sinceWrite()).contains(Duration.ofMillis(300));
    assertThat(signs.retransmissions()).hasValue(1);
    assertThat(signs.wire().orElseThrow().unacked()).isEqualTo(1);
    assertThat(signs.wire().orElseThrow().rtt()).isEqualTo(Duration.ofNanos(100_000));
  }

  @Test
  void mustKnowWhetherProbesWereAnsweredWhileIdle() {
    history.wakes(reading(MINUTE, 0, 700, 0), MINUTE);
    assertThat(signs(Cause.PEER_RESET, true, MINUTE + MILLI).heardWhileIdle())
        .isEqualTo(Answer.YES);
    history.wakes(reading(MINUTE, 0, 59_990, 0), MINUTE);
    assertThat(signs(Cause.PEER_RESET, true, MINUTE + MILLI).heardWhileIdle()).isEqualTo(Answer.NO);
  }

  /** What was not read when the connection woke follows from what is read next. */
  @Test
  void mustTellTheSameWithoutAReadingBeforeTheWrite() {
    history.wakes(MINUTE, MINUTE);
    clocks.requested(MINUTE);
    DeathSigns unread = signs(Cause.PATH_SILENT, true, MINUTE + 50 * MILLI);
    assertThat(unread.idle()).isEqualTo(Duration.ofMinutes(1));
    assertThat(unread.sinceWrite()).contains(Duration.ofMillis(50));
    assertThat(unread.heardWhileIdle()).isEqualTo(Answer.UNKNOWN);
    assertThat(unread.retransmissions()).isEmpty();

    history.took(reading(MINUTE + 200 * MILLI, 1, 60_200, 0), false);
    DeathSigns silent = signs(Cause.PATH_SILENT, true, MINUTE + 300 * MILLI);
    assertThat(silent.heardWhileIdle()).isEqualTo(Answer.NO);
    assertThat(silent.retransmissions()).hasValue(0);

    history.took(reading(MINUTE + 200 * MILLI, 1, 900, 0), false);
    assertThat(signs(Cause.PATH_SILENT, true, MINUTE + 300 * MILLI).heardWhileIdle())
        .isEqualTo(Answer.YES);

    history.took(reading(MINUTE + 200 * MILLI, 1, 40, 7), false);
    DeathSigns acknowledged = signs(Cause.PATH_SILENT, true, MINUTE + 300 * MILLI);
    assertThat(acknowledged.heardWhileIdle()).as("it was heard since").isEqualTo(Answer.UNKNOWN);
    assertThat(acknowledged.retransmissions()).as("they may be older").isEmpty();
  }

  @Test
  void mustTellAResetInAnswerToTheWriteWithoutAReadingBeforeIt() {
    history.wakes(MINUTE, MINUTE);
    history.reset(reading(MINUTE + 90 * MILLI, 0, 60_090, 0));
    DeathSigns answered = signs(Cause.PEER_RESET, true, MINUTE + 95 * MILLI);
    assertThat(answered.acknowledgedBeforeReset()).isEqualTo(Answer.NO);
    assertThat(answered.retransmissions()).hasValue(0);
    assertThat(answered.heardWhileIdle()).isEqualTo(Answer.NO);
  }

  /** The kernel's readings outlive the reset, until the socket is closed. */
  @Test
  void mustTellAResetInAnswerToTheWriteFromOneAfterAnAcknowledgement() {
    history.wakes(reading(MINUTE, 0, 60_000, 5), MINUTE);
    history.reset(reading(MINUTE + 90 * MILLI, 0, 60_090, 5));
    DeathSigns answered = signs(Cause.PEER_RESET, true, MINUTE + 95 * MILLI);
    assertThat(answered.acknowledgedBeforeReset()).isEqualTo(Answer.NO);
    assertThat(answered.retransmissions()).hasValue(0);

    WireHistory other = new WireHistory();
    other.wakes(reading(MINUTE, 0, 60_000, 5), MINUTE);
    other.reset(reading(MINUTE + 90 * MILLI, 0, 50, 6));
    DeathSigns later =
        other
            .signs(
                Cause.PEER_RESET,
                true,
                clocks,
                NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan(),
                MINUTE + 95 * MILLI)
            .build();
    assertThat(later.acknowledgedBeforeReset()).isEqualTo(Answer.YES);
    assertThat(later.retransmissions()).hasValue(1);
  }

  @Test
  void mustNotTakeAProxysAcknowledgementsForTheServers() {
    ConnectionPlan proxied =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
            .through(Hop.named("proxy").idleLimit(Duration.ofMinutes(5)).terminates(true).build())
            .plan();
    history.wakes(reading(MINUTE, 0, 700, 0), MINUTE);
    assertThat(
            history
                .signs(Cause.PEER_RESET, true, clocks, proxied, MINUTE + MILLI)
                .build()
                .heardWhileIdle())
        .isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void mustForgetTheIdleTimeOnceAnswersCame() {
    history.wakes(reading(MINUTE, 0, 60_000, 0), MINUTE);
    clocks.read(MINUTE + MILLI);
    DeathSigns signs = signs(Cause.PEER_RESET, true, MINUTE + 2 * MILLI);
    assertThat(signs.idle()).isZero();
    assertThat(signs.sinceWrite()).isEmpty();
  }

  @Test
  void mustNotJudgeAWriteByAReadingFromBeforeIt() {
    history.wakes(reading(MINUTE, 0, 60_000, 0), MINUTE);
    assertThat(signs(Cause.KERNEL_TIMEOUT, true, MINUTE + 300 * MILLI).wire()).isEmpty();
    assertThat(signs(Cause.PEER_RESET, true, MINUTE + 300 * MILLI).wire())
        .as("for its round trip")
        .isPresent();
  }

  @Test
  void mustNotJudgeWhatIsInFlightByAnOldReading() {
    history.took(reading(0, 0, 0, 0), false);
    assertThat(signs(Cause.KERNEL_TIMEOUT, true, MINUTE).wire()).isEmpty();
    assertThat(signs(Cause.KERNEL_TIMEOUT, true, 200 * MILLI).wire()).isPresent();
  }

  @Test
  void mustTellHowLongAConnectionWithNothingInFlightWasIdle() {
    clocks.read(MINUTE);
    assertThat(signs(Cause.PEER_CLOSED, false, 3 * MINUTE).idle()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void mustKnowAShutWindowByASocketThatTakesNoMore() {
    history.took(reading(0, 0, 0, 0), true);
    DeathSigns signs = signs(Cause.KERNEL_TIMEOUT, true, 200 * MILLI);
    assertThat(Diagnostician.diagnose(signs).explanations())
        .containsExactly(Explanation.WINDOW_SHUT);
  }

  @Test
  void mustInventNothingWithoutASource() {
    history.wakes(WireSnapshot.none(MINUTE), MINUTE);
    DeathSigns signs = signs(Cause.PEER_RESET, true, MINUTE + MILLI);
    assertThat(signs.wire()).isEmpty();
    assertThat(signs.heardWhileIdle()).isEqualTo(Answer.UNKNOWN);
    assertThat(signs.retransmissions()).isEmpty();
    assertThat(signs.idle()).isEqualTo(Duration.ofMinutes(1));
  }
}
