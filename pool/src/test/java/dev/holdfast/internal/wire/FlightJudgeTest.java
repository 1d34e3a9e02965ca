package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a silent peer is asked, when it is let be, and when to look again. */
final class FlightJudgeTest {

  private static final KeepAliveSettings USERS = new KeepAliveSettings(true, 120, 30, 3);

  private final List<KeepAliveSettings> restored = new ArrayList<>();
  private int pokes;
  private int steadied;
  private final KernelPing kernel =
      new KernelPing() {
        private final LentKeepAlive lent = new LentKeepAlive(this);

        @Override
        public LentKeepAlive lent() {
          return lent;
        }

        @Override
        public boolean poke(int count) {
          pokes++;
          return true;
        }

        @Override
        public KeepAliveSettings keepAlive() {
          return USERS;
        }

        @Override
        public void restore(KeepAliveSettings settings) {
          restored.add(settings);
        }

        @Override
        public void repeatSteadily() {
          steadied++;
        }
      };
  private final FlightJudge judge = new FlightJudge(kernel, 0);

  private static long millis(long number) {
    return Duration.ofMillis(number).toNanos();
  }

  private static WireSnapshot wire(long atMillis, long unacked, int retransmits, long sinceAck) {
    return wire(atMillis, unacked, retransmits, sinceAck, retransmits);
  }

  private static WireSnapshot wire(
      long atMillis, long unacked, int retransmits, long sinceAck, long resent) {
    return new WireSnapshot(
        WireSource.EPOLL,
        millis(atMillis),
        WireSnapshot.ESTABLISHED,
        unacked,
        retransmits,
        0,
        0,
        204_000,
        20_000,
        sinceAck,
        sinceAck,
        sinceAck,
        resent);
  }

  private WireVerdict silent(long atMillis) {
    return judge.judge(wire(atMillis, 0, 0, atMillis), millis(atMillis));
  }

  @Test
  void mustHaveAPeerAskedThatIsSilentForASecondAndOnceUntilTheAnswerIsDue() {
    judge.begin(0);
    silent(800);
    assertThat(judge.pause()).isBetween(Duration.ofMillis(100), Duration.ofMillis(150));
    assertThat(pokes).isZero();
    silent(900); // the kernel waits for the second to be over
    silent(1_100);
    assertThat(pokes).isEqualTo(1);
  }

  @Test
  void mustNotAskWhileTheRequestItselfIsUnacknowledgedOrAnswersCome() {
    judge.begin(0);
    judge.judge(wire(5_000, 1, 0, 5_000), millis(5_000));
    judge.judge(wire(5_000, 0, 0, 5_000), millis(800));
    judge.judge(wire(5_000, 0, 0, 800), millis(5_000));
    judge.judge(WireSnapshot.none(millis(5_000)), millis(5_000));
    assertThat(pokes).isZero();
  }

  /** The kernel asks there by itself, ever more rarely, and sends no probe of keepalive. */
  @Test
  void mustNotAskBehindAShutWindow() {
    judge.begin(0);
    for (long at = 200; at <= 10_000; at += 200) {
      WireSnapshot shut =
          new WireSnapshot(
              WireSource.EPOLL,
              millis(at),
              WireSnapshot.ESTABLISHED,
              0,
              0,
              0,
              3,
              1_632_000,
              20_000,
              at,
              at % 1_600,
              at,
              0);
      assertThat(judge.judge(shut, millis(at))).isEqualTo(WireVerdict.Usable.INSTANCE);
    }
    assertThat(pokes).isZero();
  }

  /**
   * It left after the reading before the one that counted it, and is overdue a round trip later.
   */
  @Test
  void mustDateTheWindowProbesThatAreUnanswered() {
    judge.begin(0);
    judge.judge(shut(200, 0), millis(200));
    judge.judge(shut(400, 1), millis(400));
    assertThat(judge.overdueProbeNanos()).isZero();
    judge.judge(shut(600, 1), millis(600));
    assertThat(judge.overdueProbeNanos()).isEqualTo(millis(200));
    judge.judge(shut(800, 2), millis(800));
    assertThat(judge.judge(shut(1_400, 3), millis(1_400))).isInstanceOf(WireVerdict.Dead.class);
    assertThat(judge.overdueProbeNanos()).isEqualTo(millis(200));
    judge.judge(shut(1_440, 3), millis(1_440));
    assertThat(judge.overdueProbeNanos()).isEqualTo(millis(800));
    assertThat(pokes).isZero();
  }

  private static WireSnapshot shut(long atMillis, int probes) {
    return new WireSnapshot(
        WireSource.EPOLL,
        millis(atMillis),
        WireSnapshot.ESTABLISHED,
        0,
        0,
        probes,
        3,
        1_632_000,
        20_000,
        atMillis,
        atMillis,
        atMillis,
        0);
  }

  @Test
  void mustNotTakeTheIdleTimeBeforeTheCallForSilence() {
    judge.begin(millis(60_000));
    silent(60_200);
    assertThat(pokes).isZero();
    silent(61_200);
    assertThat(pokes).isEqualTo(1);
  }

  @Test
  void mustPutTheUsersKeepAliveBackOnceThePeerHasAnswered() {
    judge.begin(0);
    silent(1_200);
    judge.judge(wire(1_400, 0, 0, 190), millis(1_400));
    assertThat(restored).containsExactly(USERS);
    judge.rest();
    assertThat(restored).hasSize(1);
  }

  @Test
  void mustPutItBackWhenNothingWaitsAnyMore() {
    judge.begin(0);
    silent(1_200);
    judge.rest();
    assertThat(restored).containsExactly(USERS);
  }

  /** A call that waits for long, a long poll say, is not to be deaf for longer than others. */
  @Test
  void mustAskASlowServerAgainEverySecondWhileItAnswers() {
    judge.begin(0);
    for (long second = 1; second <= 20; second++) {
      silent(second * 2_000);
      assertThat((long) pokes).isEqualTo(second);
      WireVerdict verdict =
          judge.judge(wire(second * 2_000 + 200, 0, 0, 190), millis(second * 2_000 + 200));
      assertThat(verdict).isInstanceOf(WireVerdict.Usable.class);
    }
    assertThat(restored).hasSize(20);
  }

  /** The second leaves at 1,540: sooner, the peer's kernel owes it no answer. */
  @Test
  void mustCondemnAPeerThatLeavesTwoProbesUnansweredWhichItWouldHaveAnswered() {
    judge.begin(0);
    silent(900);
    assertThat(silent(1_200)).isInstanceOf(WireVerdict.Usable.class);
    assertThat(silent(1_300)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(silent(1_530)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(pokes).isEqualTo(1);
    assertThat(silent(1_540)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(pokes).isEqualTo(2);
    assertThat(silent(1_800)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(silent(1_900)).isInstanceOf(WireVerdict.Dead.class);
    assertThat(judge.overdueProbeNanos()).isEqualTo(millis(1_540));
    assertThat(silent(2_080)).isInstanceOf(WireVerdict.Dead.class);
    assertThat(pokes).isEqualTo(3);
    assertThat(silent(2_100)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(silent(2_400)).isInstanceOf(WireVerdict.Dead.class);
  }

  /** For a minute; then it is as before. */
  @Test
  void mustAskTwiceMoreWhereAProbeWasLostAndTheNextWasAnswered() {
    judge.begin(0);
    silent(1_000);
    silent(1_300);
    silent(1_600);
    judge.judge(wire(1_700, 0, 0, 90), millis(1_700));
    assertThat(probesUntilDead(3_000)).isEqualTo(4);
    judge.judge(wire(80_000, 0, 0, 10), millis(80_000));
    assertThat(probesUntilDead(150_000)).isEqualTo(2);
  }

  private int probesUntilDead(long fromMillis) {
    judge.begin(millis(fromMillis));
    int before = pokes;
    for (long silent = 1_000; silent < 10_000; silent += 50) {
      long at = fromMillis + silent;
      WireVerdict verdict = judge.judge(wire(at, 0, 0, silent), millis(silent));
      if (verdict instanceof WireVerdict.Dead) {
        return pokes - before;
      }
    }
    return pokes - before;
  }

  @Test
  void mustLookAgainAsSoonAsTheVerdictCanChange() {
    judge.begin(0);
    silent(200);
    assertThat(judge.pause()).isEqualTo(FlightJudge.SAMPLE);
    WireVerdict verdict = judge.judge(wire(700, 1, 1, 700), millis(700));
    assertThat(verdict).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(judge.pause()).isBetween(Duration.ofMillis(1), Duration.ofMillis(199));
    judge.rest();
    assertThat(judge.pause()).isEqualTo(FlightJudge.SAMPLE);
  }

  /** Before the first timeout, once; a round trip's worth of silence is none. */
  @Test
  void mustAskForSteadyTimeoutsOnceDataStaysUnacknowledged() {
    judge.begin(0);
    judge.judge(wire(20, 1, 0, 20), 0);
    assertThat(steadied).isZero();
    judge.judge(wire(200, 1, 0, 200), 0);
    judge.judge(wire(400, 1, 0, 400), 0);
    assertThat(steadied).isEqualTo(1);
  }

  /** The timer armed by then has doubled: counted as one timeout it would tell too little. */
  @Test
  void mustNotChangeTheTimeoutsOnceTheyHaveBegun() {
    judge.begin(0);
    judge.judge(wire(400, 1, 1, 400), 0);
    assertThat(steadied).isZero();
  }

  /** The probe of an earlier flight is not this one's. */
  @Test
  void mustCondemnASteadyFlightAtItsThirdTimeout() {
    judge.begin(0);
    judge.judge(resent(200, 0, 7), 0);
    judge.judge(resent(400, 0, 8), 0);
    assertThat(judge.judge(resent(640, 1, 9), 0)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(judge.judge(resent(660, 2, 10), 0)).isInstanceOf(WireVerdict.Dead.class);
    judge.begin(millis(1_000));
    assertThat(judge.judge(resent(1_660, 2, 13), 0)).isInstanceOf(WireVerdict.Suspect.class);
  }

  /** Where segments are lost by chance, four in a row are now and then. */
  @Test
  void mustAskAFlightTwiceMoreWhereSegmentsWereLostOfLateAndCameThrough() {
    judge.begin(0);
    judge.judge(wire(100, 0, 0, 1, 7), 0);
    judge.judge(wire(600, 0, 0, 1, 8), 0);
    judge.begin(millis(1_000));
    judge.judge(wire(1_400, 0, 0, 1, 10), 0);
    judge.begin(millis(2_000));
    judge.judge(resent(2_200, 0, 10), 0);
    judge.judge(resent(2_400, 0, 11), 0);
    assertThat(judge.judge(resent(2_660, 2, 13), 0)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(judge.judge(resent(2_860, 3, 14), 0)).isInstanceOf(WireVerdict.Suspect.class);
    assertThat(judge.judge(resent(3_080, 4, 15), 0)).isInstanceOf(WireVerdict.Dead.class);
    judge.judge(wire(3_100, 0, 0, 1, 15), 0);
    judge.begin(millis(20_000)); // long ago by now
    judge.judge(resent(20_200, 0, 15), 0);
    judge.judge(resent(20_400, 0, 16), 0);
    assertThat(judge.judge(resent(20_660, 2, 18), 0)).isInstanceOf(WireVerdict.Dead.class);
  }

  /** One segment out, timeouts of 204 ms that do not double, the latest long unanswered. */
  private static WireSnapshot resent(long atMillis, int retransmits, long total) {
    return new WireSnapshot(
        WireSource.EPOLL,
        millis(atMillis),
        WireSnapshot.ESTABLISHED,
        1,
        retransmits,
        0,
        0,
        204_000,
        1_000,
        5_000,
        5_000,
        40,
        total);
  }
}
