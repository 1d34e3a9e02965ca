package dev.holdfast.internal.diagnosis;

import static dev.holdfast.diagnosis.Explanation.CLOSED_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.FAILOVER;
import static dev.holdfast.diagnosis.Explanation.FIN_LOST;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_RESET;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_SILENT;
import static dev.holdfast.diagnosis.Explanation.LOCAL_CLOSE;
import static dev.holdfast.diagnosis.Explanation.PATH_DARK;
import static dev.holdfast.diagnosis.Explanation.PATH_DIED_AFTER_ACK;
import static dev.holdfast.diagnosis.Explanation.REPLY_PATH_LOST;
import static dev.holdfast.diagnosis.Explanation.RESET_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.RETIRED;
import static dev.holdfast.diagnosis.Explanation.SEGMENT_LOST;
import static dev.holdfast.diagnosis.Explanation.SERVER_CLOSED;
import static dev.holdfast.diagnosis.Explanation.SERVER_IDLE_TIMEOUT;
import static dev.holdfast.diagnosis.Explanation.SERVER_SLOW;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;
import static dev.holdfast.diagnosis.Explanation.WINDOW_SHUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of the decision table, and what cannot be told apart. */
final class DeathDiagnosisTest {

  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private static void assertExplained(DeathSigns.Builder signs, Explanation... expected) {
    assertThat(Diagnostician.diagnose(signs.build()).explanations())
        .containsExactlyInAnyOrder(expected);
  }

  private static Siblings crowd(Answer alike) {
    return new Siblings(49, 0, alike);
  }

  @Test
  void mustNameTheServersTimeoutWhenItClosesAtThatAge() {
    assertExplained(
        Cases.closed(FIVE_MINUTES.plusMillis(700)).plan(Cases.direct()), SERVER_IDLE_TIMEOUT);
  }

  @Test
  void mustNotNameATimeoutForACloseAtAnotherAge() {
    assertExplained(Cases.closed(Duration.ofSeconds(70)).plan(Cases.direct()), SERVER_CLOSED);
    assertExplained(Cases.closed(Duration.ofMillis(10)), SERVER_CLOSED);
    assertExplained(
        Cases.closed(FIVE_MINUTES).plan(Cases.direct()).siblings(crowd(Answer.NO)), SERVER_CLOSED);
  }

  @Test
  void mustNameBothWhenNoTimeoutIsDeclared() {
    assertExplained(Cases.closed(FIVE_MINUTES), SERVER_IDLE_TIMEOUT, SERVER_CLOSED);
  }

  @Test
  void mustNotCallACloseUnderACallSafe() {
    assertExplained(DeathSigns.of(Cause.PEER_CLOSED).inFlight(true), CLOSED_DURING_CALL);
  }

  @Test
  void mustFindTheLostFinByItsAnsweredProbes() {
    DeathSigns.Builder probed = Cases.resetOnFirstWrite().heardWhileIdle(Answer.YES);
    assertExplained(probed.siblings(new Siblings(0, 3, Answer.UNKNOWN)), FIN_LOST);
    assertExplained(probed.siblings(Siblings.UNKNOWN), FIN_LOST, FLOW_FORGOTTEN_RESET);
  }

  @Test
  void mustNotTellALostFinFromAForgottenFlowWithoutProbes() {
    assertExplained(
        Cases.resetOnFirstWrite().heardWhileIdle(Answer.NO), FIN_LOST, FLOW_FORGOTTEN_RESET);
    assertExplained(Cases.resetOnFirstWrite(), FIN_LOST, FLOW_FORGOTTEN_RESET);
  }

  @Test
  void mustLeaveOpenWhoResetAConnectionThatNobodyWroteTo() {
    assertExplained(
        DeathSigns.of(Cause.PEER_RESET).inFlight(false).idle(FIVE_MINUTES),
        FIN_LOST,
        FLOW_FORGOTTEN_RESET,
        SERVER_CLOSED);
  }

  @Test
  void mustFindTheForgottenFlowOnceANewConnectionWorks() {
    assertExplained(
        Cases.silentOnFirstWrite().newConnection(Answer.YES),
        FLOW_FORGOTTEN_SILENT,
        REPLY_PATH_LOST);
  }

  @Test
  void mustCallPathOrHostDeadWhenANewConnectionFailsToo() {
    assertExplained(Cases.silentOnFirstWrite().newConnection(Answer.NO), UNREACHABLE);
  }

  @Test
  void mustNameAllThreeWhileNoNewConnectionWasTried() {
    assertExplained(
        Cases.silentOnFirstWrite(), FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST, UNREACHABLE);
  }

  @Test
  void mustAdmitThatALostSegmentLooksLikeAForgottenFlowAtFirst() {
    DeathSigns.Builder ping =
        DeathSigns.of(Cause.PING_UNANSWERED)
            .inFlight(true)
            .idle(FIVE_MINUTES)
            .sinceWrite(Duration.ofMillis(204))
            .wire(Cases.unacknowledged(1))
            .newConnection(Answer.YES);
    assertExplained(ping, FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST, SEGMENT_LOST);
    assertExplained(
        ping.siblings(crowd(Answer.YES)), FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST, PATH_DARK);
  }

  @Test
  void mustFindProbesUnansweredOnAnIdlePath() {
    DeathSigns.Builder idle =
        DeathSigns.of(Cause.PROBES_UNANSWERED)
            .inFlight(false)
            .idle(FIVE_MINUTES)
            .wire(Cases.acknowledged(3, FIVE_MINUTES));
    assertExplained(idle.newConnection(Answer.YES), FLOW_FORGOTTEN_SILENT);
    assertExplained(idle.newConnection(Answer.NO), UNREACHABLE);
  }

  @Test
  void mustFindAPathThatDiedAfterTheAcknowledgement() {
    assertExplained(
        DeathSigns.of(Cause.PROBES_UNANSWERED)
            .inFlight(true)
            .sinceWrite(Duration.ofSeconds(4))
            .wire(Cases.acknowledged(3, Duration.ofSeconds(4))),
        PATH_DIED_AFTER_ACK);
    assertExplained(
        DeathSigns.of(Cause.KERNEL_TIMEOUT)
            .inFlight(true)
            .sinceWrite(Duration.ofSeconds(4))
            .wire(Cases.acknowledged(2, Duration.ofSeconds(4))),
        PATH_DIED_AFTER_ACK);
  }

  @Test
  void mustNotTellSlowFromLostWithoutAnAnsweredProbe() {
    assertExplained(
        DeathSigns.of(Cause.REPLY_OVERDUE)
            .inFlight(true)
            .sinceWrite(Duration.ofSeconds(5))
            .wire(Cases.acknowledged(0, Duration.ofSeconds(5))),
        SERVER_SLOW,
        PATH_DIED_AFTER_ACK);
  }

  @Test
  void mustNotTellAnythingOfTheServerBehindAProxyThatAcknowledges() {
    assertExplained(
        DeathSigns.of(Cause.PING_UNANSWERED)
            .inFlight(true)
            .idle(FIVE_MINUTES)
            .sinceWrite(Duration.ofMillis(200))
            .wire(Cases.acknowledged(0, Duration.ofMillis(200)))
            .newConnection(Answer.YES)
            .plan(Cases.throughProxy()),
        FLOW_FORGOTTEN_SILENT,
        REPLY_PATH_LOST,
        PATH_DIED_AFTER_ACK,
        SERVER_SLOW);
  }

  @Test
  void mustFindResetsInMidUse() {
    DeathSigns.Builder late =
        Cases.resetOnFirstWrite().sinceWrite(Duration.ofMillis(205)).retransmissions(1);
    assertExplained(late, RESET_DURING_CALL);
    assertExplained(
        Cases.resetOnFirstWrite().sinceWrite(Duration.ofMillis(205)), RESET_DURING_CALL);
    assertExplained(
        Cases.resetOnFirstWrite().sinceWrite(Duration.ofMillis(90)),
        RESET_DURING_CALL,
        FIN_LOST,
        FLOW_FORGOTTEN_RESET);
    assertExplained(
        DeathSigns.of(Cause.PEER_RESET).inFlight(true), RESET_DURING_CALL, FLOW_FORGOTTEN_RESET);
  }

  /** A busy process reads the reset late; its kernel has not. */
  @ParameterizedTest
  @ValueSource(longs = {1, 90, 400})
  void mustKnowAResetThatAnswersTheWriteHoweverLateItIsRead(long millis) {
    DeathSigns.Builder reset =
        Cases.resetOnFirstWrite().sinceWrite(Duration.ofMillis(millis)).retransmissions(0);
    assertExplained(reset.acknowledgedBeforeReset(Answer.NO), FIN_LOST, FLOW_FORGOTTEN_RESET);
    reset.retransmissions(1);
    assertExplained(reset, RESET_DURING_CALL);
  }

  @Test
  void mustFindAFailoverByDeathsTogetherAtUnlikeAges() {
    DeathSigns.Builder crowd =
        Cases.resetOnFirstWrite().heardWhileIdle(Answer.YES).newConnection(Answer.YES);
    // a server that stops closes connections of all ages, and all their FINs may be lost
    assertExplained(crowd.siblings(crowd(Answer.NO)), FAILOVER, FIN_LOST);
    // of one age they have met a limit, be it the server's or the path's
    assertExplained(crowd.siblings(crowd(Answer.YES)), FIN_LOST, FLOW_FORGOTTEN_RESET);
    assertExplained(
        crowd.idle(Duration.ofMillis(20)).siblings(crowd(Answer.YES)),
        FAILOVER,
        FLOW_FORGOTTEN_RESET,
        RESET_DURING_CALL);
    assertExplained(
        Cases.silentOnFirstWrite().newConnection(Answer.YES).siblings(crowd(Answer.NO)),
        FAILOVER,
        PATH_DARK);
  }

  /** Nothing forgets a flow that is in use because it was idle. */
  @Test
  void mustNotCallAPathThatWasDarkForAWhileAFailoverAlone() {
    DeathSigns.Builder used =
        Cases.silentOnFirstWrite().idle(Duration.ofMillis(20)).newConnection(Answer.YES);
    assertExplained(used, PATH_DARK, FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST);
    assertExplained(used.siblings(crowd(Answer.NO)), PATH_DARK, FAILOVER);
  }

  @Test
  void mustNotCallAPathDarkOverWhichANewcomerWasAnswered() {
    DeathSigns.Builder used =
        Cases.silentOnFirstWrite()
            .idle(Duration.ofMillis(20))
            .newConnection(Answer.YES)
            .answeredBeside(Answer.YES);
    assertExplained(used, FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST);
    assertExplained(used.siblings(crowd(Answer.NO)), FAILOVER);
  }

  @Test
  void mustCallAPathDarkOverWhichNoNewcomerWasAnsweredEither() {
    DeathSigns.Builder idle = Cases.silentOnFirstWrite().newConnection(Answer.YES);
    assertExplained(idle, FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST);
    assertExplained(
        idle.answeredBeside(Answer.NO), FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST, PATH_DARK);
  }

  @Test
  void mustExplainWhatThisSideDid() {
    assertExplained(DeathSigns.of(Cause.LOCAL_CLOSE), LOCAL_CLOSE);
    assertExplained(DeathSigns.of(Cause.IDLE_LIMIT), RETIRED);
  }

  /** A stopped server whose kernel answers probes, whatever else was seen. */
  @ParameterizedTest
  @EnumSource(
      value = Cause.class,
      names = {"PING_UNANSWERED", "REPLY_OVERDUE"})
  void mustNeverCallASlowServerADeadPath(Cause cause) {
    for (Answer newConnection : Answer.values()) {
      for (Siblings siblings : List.of(Siblings.UNKNOWN, crowd(Answer.NO), crowd(Answer.YES))) {
        for (Duration idle : List.of(Duration.ZERO, FIVE_MINUTES)) {
          assertExplained(
              DeathSigns.of(cause)
                  .inFlight(true)
                  .idle(idle)
                  .sinceWrite(Duration.ofSeconds(9))
                  .wire(Cases.acknowledged(0, Duration.ofMillis(700)))
                  .newConnection(newConnection)
                  .siblings(siblings)
                  .counters(Cases.counters(9, 9, 9)),
              SERVER_SLOW);
        }
      }
    }
  }

  /** Window probes are counted in {@code probes}; {@code TCP_USER_TIMEOUT} ends the connection. */
  @ParameterizedTest
  @EnumSource(
      value = Cause.class,
      names = {"KERNEL_TIMEOUT", "PROBES_UNANSWERED", "PING_UNANSWERED", "REPLY_OVERDUE"})
  void mustNeverCallAShutWindowADeadPath(Cause cause) {
    for (Answer newConnection : Answer.values()) {
      for (int probes : new int[] {0, 3}) {
        assertExplained(
            DeathSigns.of(cause)
                .inFlight(true)
                .sinceWrite(Duration.ofSeconds(4))
                .wire(Cases.windowShut(probes))
                .newConnection(newConnection)
                .siblings(crowd(Answer.NO)),
            WINDOW_SHUT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustNeverLetCountersDecide(Cause cause) {
    for (boolean inFlight : new boolean[] {false, true}) {
      DeathSigns.Builder signs = DeathSigns.of(cause).inFlight(inFlight).idle(FIVE_MINUTES);
      Diagnosis without = Diagnostician.diagnose(signs.build());
      Diagnosis with = Diagnostician.diagnose(signs.counters(Cases.counters(7, 7, 7)).build());
      assertThat(with.explanations()).isEqualTo(without.explanations());
      assertThat(with.evidence()).contains("OutRsts +7 (whole host)");
    }
  }

  /** Whatever is not known, something fits: the table has no hole. */
  @ParameterizedTest
  @EnumSource
  void mustExplainEveryCause(Cause cause) {
    for (Answer newConnection : Answer.values()) {
      for (List<Boolean> sent : Arrays.asList(List.<Boolean>of(), List.of(true), List.of(false))) {
        DeathSigns.Builder signs = DeathSigns.of(cause).newConnection(newConnection);
        sent.forEach(signs::inFlight);
        assertThat(Diagnostician.diagnose(signs.build()).explanations())
            .as("%s, new connection %s, in flight %s", cause, newConnection, sent)
            .isNotEmpty();
      }
    }
  }
}
