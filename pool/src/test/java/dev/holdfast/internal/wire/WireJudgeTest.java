package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import dev.holdfast.wire.WireVerdict.Dead;
import dev.holdfast.wire.WireVerdict.Suspect;
import dev.holdfast.wire.WireVerdict.Usable;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verdict, with each trap that was measured on a real kernel. */
final class WireJudgeTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** A healthy, established connection; a test changes what it is about. */
  private static final class Reading {
    private int state = WireSnapshot.ESTABLISHED;
    private long unacked;
    private int retransmits;
    private int probes;
    private int backoff;
    private long rtoMicros = 204_000;
    private long rttMicros = 79;
    private long lastAckRecvMillis = 10;
    private long lastDataSentMillis = 5_000;

    Reading state(int state) {
      this.state = state;
      return this;
    }

    Reading unacked(long unacked) {
      this.unacked = unacked;
      return this;
    }

    Reading retransmits(int retransmits) {
      this.retransmits = retransmits;
      return this;
    }

    Reading probes(int probes) {
      this.probes = probes;
      return this;
    }

    Reading backoff(int backoff) {
      this.backoff = backoff;
      return this;
    }

    Reading rtoMicros(long rtoMicros) {
      this.rtoMicros = rtoMicros;
      return this;
    }

    Reading lastAckRecvMillis(long lastAckRecvMillis) {
      this.lastAckRecvMillis = lastAckRecvMillis;
      return this;
    }

    Reading rttMicros(long rttMicros) {
      this.rttMicros = rttMicros;
      return this;
    }

    Reading lastDataSentMillis(long lastDataSentMillis) {
      this.lastDataSentMillis = lastDataSentMillis;
      return this;
    }

    WireSnapshot at(long nanos) {
      return new WireSnapshot(
          WireSource.EPOLL,
          nanos,
          state,
          unacked,
          retransmits,
          probes,
          backoff,
          rtoMicros,
          rttMicros,
          304,
          lastAckRecvMillis,
          lastDataSentMillis,
          retransmits);
    }
  }

  private static WireSnapshot reading(UnaryOperator<Reading> change) {
    return change.apply(new Reading()).at(0);
  }

  private static WireVerdict idle(UnaryOperator<Reading> change) {
    return WireJudge.idle(reading(change));
  }

  @Test
  void mustTrustAHealthyIdleConnection() {
    assertThat(idle(r -> r)).isInstanceOf(Usable.class);
  }

  @Test
  void mustSeeAFinAlreadyRead() {
    assertThat(idle(r -> r.state(WireSnapshot.CLOSE_WAIT)))
        .isInstanceOfSatisfying(
            Dead.class, dead -> assertThat(dead.cause()).isEqualTo(Cause.PEER_CLOSED));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3, 4, 5, 6, 7, 9, 10, 11})
  void mustNotUseAConnectionInAnyOtherState(int state) {
    assertThat(idle(r -> r.state(state))).isInstanceOf(Dead.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void mustOnlySuspectFewUnansweredProbes(int probes) {
    assertThat(idle(r -> r.probes(probes))).isInstanceOf(Suspect.class);
  }

  @Test
  void mustCondemnAfterThreeUnansweredProbes() {
    assertThat(idle(r -> r.probes(3)))
        .isInstanceOfSatisfying(
            Dead.class, dead -> assertThat(dead.cause()).isEqualTo(Cause.PROBES_UNANSWERED));
  }

  /** {@code last_ack_recv} counts from the acknowledgement before the idle time. */
  @Test
  void mustNotCondemnTheFirstWriteAfterALongIdleTime() {
    WireSnapshot firstWrite = reading(r -> r.unacked(1).lastAckRecvMillis(600_000));
    assertThat(WireJudge.inFlight(firstWrite, 0, 0)).isInstanceOf(Usable.class);
    assertThat(WireJudge.inFlight(firstWrite, 10 * SECOND, 0)).isInstanceOf(Usable.class);
  }

  /** A stopped server's kernel acknowledges everything, for as long as it lasts. */
  @Test
  void mustLeaveASlowServerAlone() {
    assertThat(WireJudge.inFlight(reading(r -> r), 3_600 * SECOND, 0)).isInstanceOf(Usable.class);
  }

  /** Answered window probes are counted and reset; one or two may be seen at any time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void mustLeaveAShutWindowAlone(int probes) {
    WireSnapshot shut = reading(r -> r.probes(probes));
    assertThat(WireJudge.inFlight(shut, 3_600 * SECOND, 0)).isInstanceOf(Usable.class);
  }

  @Test
  void mustNotCondemnForOneLostSegment() {
    WireSnapshot once = reading(r -> r.unacked(1).retransmits(1).backoff(1).rtoMicros(408_000));
    assertThat(WireJudge.inFlight(once, 10 * SECOND, 0)).isInstanceOf(Suspect.class);
  }

  /** {@code rto} doubles with each timeout; a threshold made of it would never be reached. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  void mustCondemnASilentPathWhateverTheBackoff(int backoff) {
    WireSnapshot silent =
        reading(
            r -> r.unacked(1).retransmits(backoff).backoff(backoff).rtoMicros(204_000L << backoff));
    assertThat(WireJudge.inFlight(silent, Duration.ofMillis(613).toNanos(), 0))
        .isInstanceOfSatisfying(
            Dead.class, dead -> assertThat(dead.cause()).isEqualTo(Cause.PATH_SILENT));
    assertThat(WireJudge.inFlight(silent, Duration.ofMillis(600).toNanos(), 0))
        .isInstanceOf(Suspect.class);
  }

  /**
   * A path that was silent for half a second and came back answers the second retransmission; the
   * reading may be from before that answer.
   */
  @Test
  void mustWaitForTheAnswerToTheSecondRetransmission() {
    UnaryOperator<Reading> twice =
        r -> r.unacked(9).retransmits(2).backoff(2).rtoMicros(220_000 << 2).rttMicros(20_000);
    WireSnapshot justSent = twice.apply(new Reading()).lastDataSentMillis(12).at(0);
    assertThat(WireJudge.inFlight(justSent, SECOND, 0)).isInstanceOf(Suspect.class);
    assertThat(WireJudge.holdsFor(justSent, SECOND, 0)).isEqualTo(Duration.ofMillis(28));
    WireSnapshot overdue = twice.apply(new Reading()).lastDataSentMillis(40).at(0);
    assertThat(WireJudge.inFlight(overdue, SECOND, 0)).isInstanceOf(Dead.class);
    WireSnapshot third = reading(r -> r.unacked(9).retransmits(3).backoff(3).lastDataSentMillis(0));
    assertThat(WireJudge.inFlight(third, 2 * SECOND, 0)).isInstanceOf(Dead.class);
  }

  /** A tick of the kernel's clock passes for no round trip. */
  @Test
  void mustWaitForAFewTicksWhereRoundTripsAreShort() {
    WireSnapshot sent = reading(r -> r.unacked(1).retransmits(2).backoff(2).lastDataSentMillis(12));
    assertThat(WireJudge.inFlight(sent, SECOND, 0)).isInstanceOf(Suspect.class);
    assertThat(WireJudge.holdsFor(sent, SECOND, 0)).isEqualTo(Duration.ofMillis(8));
  }

  /** On a path with long round trips the timeout is long, and so is the patience. */
  @Test
  void mustWaitLongerOnASlowPath() {
    WireSnapshot slowPath =
        reading(r -> r.unacked(1).retransmits(2).backoff(2).rtoMicros(1_200_000L << 2));
    assertThat(WireJudge.inFlight(slowPath, 3 * SECOND, 0)).isInstanceOf(Suspect.class);
    assertThat(WireJudge.inFlight(slowPath, 4 * SECOND, 0)).isInstanceOf(Dead.class);
  }

  @Test
  void mustClaimNothingWithoutASource() {
    assertThat(WireJudge.idle(WireSnapshot.none(0))).isInstanceOf(Usable.class);
    assertThat(WireJudge.inFlight(WireSnapshot.none(0), 3_600 * SECOND, 0))
        .isInstanceOf(Usable.class);
    assertThat(WireSnapshot.none(0).evidence()).isEqualTo("wire=none");
  }

  /** Nothing is to be looked for before the silence is long enough; then at any moment. */
  @Test
  void mustSayHowLongAVerdictHolds() {
    WireSnapshot once = reading(r -> r.unacked(1).retransmits(1).backoff(1).rtoMicros(408_000));
    assertThat(WireJudge.holdsFor(once, 0, 0)).isEqualTo(Duration.ofMillis(612));
    assertThat(WireJudge.holdsFor(once, Duration.ofMillis(400).toNanos(), 0))
        .isEqualTo(Duration.ofMillis(212));
    Duration answer = Duration.ofMillis(20); // of the second timeout, which is overdue itself
    assertThat(WireJudge.holdsFor(once, Duration.ofMillis(612).toNanos(), 0)).isEqualTo(answer);
    assertThat(WireJudge.holdsFor(once, SECOND, 0)).isEqualTo(answer);
    WireSnapshot sent =
        reading(
            r -> r.unacked(1).retransmits(1).backoff(1).rtoMicros(408_000).lastDataSentMillis(8));
    assertThat(WireJudge.holdsFor(sent, SECOND, 0)).isEqualTo(Duration.ofMillis(400 + 20));
  }

  /** One segment is out: sent at 0, probed at T, and where timeouts are steady resent at 2T, 3T. */
  @Test
  void mustCountTheTailLossProbeOfASingleSegment() {
    WireSnapshot steady =
        reading(r -> r.unacked(1).retransmits(2).rtoMicros(224_000).rttMicros(24_000));
    assertThat(WireJudge.inFlight(steady, Duration.ofMillis(720).toNanos(), 3))
        .isInstanceOf(Dead.class);
    assertThat(WireJudge.inFlight(steady, Duration.ofMillis(720).toNanos(), 2))
        .as("no probe was seen")
        .isInstanceOf(Suspect.class);
    WireSnapshot third = reading(r -> r.unacked(1).retransmits(3).rtoMicros(224_000));
    assertThat(WireJudge.inFlight(third, SECOND, 3)).isInstanceOf(Dead.class);
  }

  /** Of several segments the probe goes out after two round trips and spans nothing. */
  @Test
  void mustNotCountAnEarlyTailLossProbe() {
    WireSnapshot two = reading(r -> r.unacked(2).retransmits(2).rtoMicros(224_000));
    assertThat(WireJudge.inFlight(two, SECOND, 3)).isInstanceOf(Suspect.class);
    WireSnapshot jittery =
        reading(r -> r.unacked(1).retransmits(2).rtoMicros(420_000).rttMicros(20_000));
    assertThat(WireJudge.inFlight(jittery, 2 * SECOND, 3))
        .as("probed at 240 ms, far from the timeout")
        .isInstanceOf(Suspect.class);
  }

  /** Between 2T and 4T nothing is sent that a path that came back could answer. */
  @Test
  void mustWaitForTheSecondTimeoutWhereTheyDouble() {
    WireSnapshot doubling =
        reading(
            r -> r.unacked(1).retransmits(1).backoff(1).rtoMicros(448_000).lastDataSentMillis(240));
    assertThat(WireJudge.inFlight(doubling, Duration.ofMillis(690).toNanos(), 2))
        .isInstanceOf(Suspect.class);
    assertThat(WireJudge.holdsFor(doubling, Duration.ofMillis(690).toNanos(), 2))
        .isEqualTo(Duration.ofMillis(208 + 20));
  }

  /** Where a round trip is longer than the pause between timeouts the one before is overdue. */
  @Test
  void mustJudgeByTheTimeoutBeforeTheLatestOne() {
    WireSnapshot latest =
        reading(
            r ->
                r.unacked(1)
                    .retransmits(3)
                    .rtoMicros(500_000)
                    .rttMicros(300_000)
                    .lastDataSentMillis(9));
    assertThat(WireJudge.inFlight(latest, 3 * SECOND, 4)).isInstanceOf(Dead.class);
    assertThat(WireJudge.inFlight(latest, 3 * SECOND, 3)).isInstanceOf(Suspect.class);
  }

  /** A kernel with a smaller {@code TCP_RTO_MIN} has seen two timeouts after 15 ms. */
  @Test
  void mustHoldToTheFloorWhereTimeoutsAreShort() {
    WireSnapshot hasty = reading(r -> r.unacked(1).retransmits(2).backoff(2).rtoMicros(5_000 << 2));
    assertThat(WireJudge.inFlight(hasty, Duration.ofMillis(599).toNanos(), 0))
        .isInstanceOf(Suspect.class);
    assertThat(WireJudge.holdsFor(hasty, 0, 0)).isEqualTo(WireJudge.SILENCE_FLOOR);
  }
}
