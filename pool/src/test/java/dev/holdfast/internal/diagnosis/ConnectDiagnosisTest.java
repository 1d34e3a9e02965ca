package dev.holdfast.internal.diagnosis;

import static dev.holdfast.diagnosis.Explanation.BACKEND_REFUSING;
import static dev.holdfast.diagnosis.Explanation.CHURN;
import static dev.holdfast.diagnosis.Explanation.CHURN_TIME_WAIT_OVERFLOW;
import static dev.holdfast.diagnosis.Explanation.FOREIGN_PROTOCOL;
import static dev.holdfast.diagnosis.Explanation.HUNG_UP;
import static dev.holdfast.diagnosis.Explanation.NOT_LISTENING;
import static dev.holdfast.diagnosis.Explanation.OWN_REVERSE_PATH_FILTER;
import static dev.holdfast.diagnosis.Explanation.PORTS_EXHAUSTED;
import static dev.holdfast.diagnosis.Explanation.STALE_ACK;
import static dev.holdfast.diagnosis.Explanation.SYN_LOST;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.internal.diagnosis.ChurnSigns.TimeWait;
import dev.holdfast.internal.diagnosis.ConnectSigns.History;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of the decision table about connects, and about opening and closing too fast. */
final class ConnectDiagnosisTest {

  private static final History WORKS = new History(9, 0, 0, 0, 0);

  private static ConnectSigns.Builder connect(ConnectEnd outcome, long millis) {
    return ConnectSigns.of(outcome, Duration.ofMillis(millis)).rtt(Duration.ofNanos(100_000));
  }

  private static void assertExplained(Signs signs, Explanation... expected) {
    assertThat(Diagnostician.diagnose(signs).explanations()).containsExactlyInAnyOrder(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_021, 2_036, 3_065})
  void mustFindLostSynsByTheKernelAndByTheClock(long millis) {
    ConnectSigns.Builder late = connect(ConnectEnd.CONNECTED, millis).history(WORKS);
    assertExplained(late.build(), SYN_LOST);
    assertExplained(late.synRetransmissions((int) (millis / 1_000)).build(), SYN_LOST);
    assertExplained(late.synRetransmissions(0).build());
  }

  /** A process that was starved for seconds reads its answers late. */
  @Test
  void mustNotCallASynLostThatTheKernelNeverRepeated() {
    CounterDelta none =
        new CounterDelta(
            OptionalLong.of(0), OptionalLong.of(0), OptionalLong.of(0), OptionalLong.of(0));
    assertExplained(connect(ConnectEnd.CONNECTED, 1_021).history(WORKS).counters(none).build());
    assertExplained(
        connect(ConnectEnd.CONNECTED, 4_000).silentDials(1).history(WORKS).counters(none).build());
    // given up before the kernel would have repeated it: its counter says nothing
    assertExplained(
        connect(ConnectEnd.CONNECTED, 310).silentDials(1).history(WORKS).counters(none).build(),
        SYN_LOST);
  }

  @Test
  void mustFindLostSynsByRedialsUnlessThePathIsSlow() {
    ConnectSigns.Builder redialled =
        connect(ConnectEnd.CONNECTED, 310).silentDials(1).history(WORKS);
    assertExplained(redialled.build(), SYN_LOST);
    assertExplained(redialled.rtt(Duration.ofMillis(305)).build());
  }

  @Test
  void mustNotTellALostSynFromADeadHostUnlessOthersConnect() {
    ConnectSigns.Builder never = connect(ConnectEnd.TIMED_OUT, 10_000);
    assertExplained(never.build(), SYN_LOST, UNREACHABLE);
    assertExplained(never.history(WORKS).build(), SYN_LOST, UNREACHABLE);
    assertExplained(never.othersConnect(Answer.YES).build(), SYN_LOST);
    assertExplained(connect(ConnectEnd.UNREACHABLE, 2_700).build(), UNREACHABLE);
  }

  @Test
  void mustFindTheOwnReversePathFilterOnlyWithALostSyn() {
    ConnectSigns.Builder lost =
        connect(ConnectEnd.TIMED_OUT, 4_000).history(WORKS).counters(Cases.counters(0, 4, 0));
    assertExplained(lost.build(), OWN_REVERSE_PATH_FILTER, SYN_LOST);
    assertThat(Diagnostician.diagnose(lost.build()).explanations())
        .startsWith(OWN_REVERSE_PATH_FILTER);
    assertExplained(lost.quietHost(Answer.YES).build(), OWN_REVERSE_PATH_FILTER);
    assertExplained(connect(ConnectEnd.CONNECTED, 1).counters(Cases.counters(9, 9, 9)).build());
  }

  @Test
  void mustFindTheStaleAckByItsHastyRepetition() {
    ConnectSigns.Builder hasty = connect(ConnectEnd.CONNECTED, 13).synRetransmissions(1);
    assertExplained(hasty.counters(Cases.counters(1, 0, 0)).build(), STALE_ACK);
    assertExplained(hasty.counters(CounterDelta.NONE).build(), STALE_ACK);
    assertExplained(hasty.counters(Cases.counters(0, 0, 0)).build());
    assertExplained(connect(ConnectEnd.CONNECTED, 13).synRetransmissions(0).build());
  }

  @Test
  void mustNotTellTheStaleAckOfAProtectedTimeWaitFromALostSyn() {
    ConnectSigns.Builder silent =
        connect(ConnectEnd.TIMED_OUT, 4_000)
            .othersConnect(Answer.YES)
            .counters(Cases.counters(3, 0, 0));
    assertExplained(silent.build(), SYN_LOST, STALE_ACK);
    assertExplained(silent.silentDials(3).build(), SYN_LOST); // the resets may be this host's
    assertExplained(silent.silentDials(3).hastyRepeats(0).build(), SYN_LOST);
    assertExplained(silent.silentDials(3).hastyRepeats(3).build(), STALE_ACK);
  }

  @Test
  void mustTellAStaleAckFromALostSynByWhatTheRedialledDialMet() {
    ConnectSigns.Builder redialled = connect(ConnectEnd.CONNECTED, 310).silentDials(1);
    assertExplained(redialled.hastyRepeats(1).build(), STALE_ACK);
    assertExplained(redialled.hastyRepeats(0).build(), SYN_LOST);
    assertExplained(redialled.silentDials(2).hastyRepeats(1).build(), SYN_LOST, STALE_ACK);
  }

  @Test
  void mustFindExhaustedPorts() {
    assertExplained(connect(ConnectEnd.NO_LOCAL_PORT, 0).build(), PORTS_EXHAUSTED);
    assertThat(
            Diagnostician.diagnose(
                    connect(ConnectEnd.NO_LOCAL_PORT, 0).plan(Cases.direct()).build())
                .advice())
        .anyMatch(line -> line.contains("470.53/s: 28232 ports * 1 addresses / 60 s"));
  }

  @Test
  void mustTellADeadBackendFromARestartByItsAlternation() {
    assertExplained(
        connect(ConnectEnd.REFUSED, 0).history(new History(5, 5, 0, 0, 9)).build(),
        BACKEND_REFUSING);
    assertExplained(
        connect(ConnectEnd.REFUSED, 0).history(new History(5, 1, 0, 0, 1)).build(), NOT_LISTENING);
    assertExplained(
        connect(ConnectEnd.REFUSED, 0).history(new History(5, 2, 0, 0, 2)).build(),
        BACKEND_REFUSING,
        NOT_LISTENING);
    assertExplained(
        connect(ConnectEnd.REFUSED, 0).history(new History(0, 5, 0, 0, 0)).build(), NOT_LISTENING);
    assertThat(
            Diagnostician.diagnose(
                    connect(ConnectEnd.REFUSED, 0).history(new History(5, 5, 0, 0, 9)).build())
                .evidence())
        .contains("50 % of 10 recent connects refused");
  }

  @Test
  void mustNameTheServersErrorWhereItRefusesTheClient() {
    ConnectSigns refused = connect(ConnectEnd.HANDSHAKE_REFUSED, 1).refusal("WRONGPASS").build();
    assertExplained(refused, Explanation.HANDSHAKE_REFUSED);
    assertThat(refused.evidence()).contains("the server's error: WRONGPASS");
    assertThat(Diagnostician.diagnose(refused).advice()).singleElement().asString().contains("ACL");
  }

  @Test
  void mustFindAForeignBackend() {
    assertExplained(connect(ConnectEnd.FOREIGN_REPLY, 1).build(), FOREIGN_PROTOCOL);
    assertExplained(
        connect(ConnectEnd.CONNECTED, 1).history(new History(1, 0, 1, 0, 1)).build(),
        FOREIGN_PROTOCOL);
  }

  /** Nothing was said, so nothing is known of a protocol. */
  @Test
  void mustNotTakeAHangUpForAnotherProtocol() {
    assertExplained(connect(ConnectEnd.HUNG_UP, 1).build(), HUNG_UP);
    ConnectSigns passed =
        connect(ConnectEnd.CONNECTED, 1).history(new History(1, 0, 0, 2, 1)).build();
    assertExplained(passed, HUNG_UP);
    assertThat(passed.evidence())
        .contains("67 % of 3 recent connects accepted and hung up without a word");
    assertExplained(
        connect(ConnectEnd.CONNECTED, 1).history(new History(1, 0, 1, 1, 1)).build(),
        FOREIGN_PROTOCOL,
        HUNG_UP);
  }

  private static ChurnSigns churn(double closes, Duration age, long timeWait, long overflow) {
    return churn(closes, 0, age, timeWait, overflow);
  }

  private static ChurnSigns churn(
      double closes, double returned, Duration age, long timeWait, long overflow) {
    return new ChurnSigns(
        closes,
        closes,
        1,
        returned,
        age,
        List.of("com.example.Orders.load(Orders.java:42)"),
        Optional.of(new TimeWait(timeWait, 8_192)),
        Cases.counters(0, 0, overflow),
        Optional.empty());
  }

  @Test
  void mustFindChurnAndItsOverflow() {
    Duration young = Duration.ofMillis(22);
    assertExplained(churn(31, young, 125, 0), CHURN);
    assertExplained(churn(31, young, 8_192, 0), CHURN_TIME_WAIT_OVERFLOW);
    assertExplained(churn(31, young, 125, 20), CHURN_TIME_WAIT_OVERFLOW);
  }

  @Test
  void mustNotBlameReturnedLeasesForAFullTable() {
    ChurnSigns returned = churn(31, 1, Duration.ofMillis(22), 8_192, 20);
    assertExplained(returned, CHURN);
    assertThat(Diagnostician.diagnose(returned).evidence())
        .contains(
            "100 % of the closes were turned into the return of a lent connection",
            "closed at com.example.Orders.load(Orders.java:42)");
  }

  @Test
  void mustNotBlameItsCallersForAnOverflowOfOthers() {
    assertExplained(churn(0.1, Duration.ofMillis(22), 8_192, 20));
    assertExplained(churn(31, Duration.ofMinutes(5), 8_192, 20));
  }
}
