package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connects that were not as they should be are diagnosed, and no others. */
final class ConnectDiagnosesTest {

  private static final SocketAddress HERE = new InetSocketAddress("192.0.2.7", 6379);
  private static final long MILLI = 1_000_000;

  private final List<DiagnosisEvent> events = new ArrayList<>();
  private final ConnectDiagnoses diagnoses;

  ConnectDiagnosesTest() {
    DiagnosisReporter reporter = new DiagnosisReporter(new SimpleMeterRegistry());
    reporter.onDiagnosis(events::add);
    diagnoses =
        new ConnectDiagnoses(
            "cache",
            NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan(),
            HostCounters.of(Path.of("no-host-of-its-own")), // else this host decides
            reporter);
  }

  private void ended(ConnectOutcome outcome, long millis, Map<RedialReason, Integer> redials) {
    int refusals =
        redials.getOrDefault(RedialReason.REFUSED, 0) + (outcome == ConnectOutcome.REFUSED ? 1 : 0);
    int again = redials.values().stream().mapToInt(Integer::intValue).sum();
    diagnoses.ended(
        new ConnectReport(
            HERE, outcome, 1 + again, millis * MILLI, 0, MILLI / 10, 0, refusals, 0, redials));
  }

  private void ended(int hastyRepeats, int foreign, Map<RedialReason, Integer> redials) {
    diagnoses.ended(
        new ConnectReport(
            HERE,
            ConnectOutcome.CONNECTED,
            1 + redials.size(),
            13 * MILLI,
            0,
            MILLI / 10,
            hastyRepeats,
            0,
            foreign,
            redials));
  }

  private void waited(ConnectOutcome outcome, int dials) {
    diagnoses.ended(
        new ConnectReport(
            HERE, outcome, dials, 2_001 * MILLI, 2_000 * MILLI, -1, 0, 0, 0, Map.of()));
  }

  @Test
  void mustNotTakeAWaitAtTheGateForALostSyn() {
    waited(ConnectOutcome.CONNECTED, 1);
    waited(ConnectOutcome.TIMED_OUT, 0);
    assertThat(events).isEmpty();
  }

  @Test
  void mustFindAForeignBackendThatARedialHid() {
    ended(0, 1, Map.of(RedialReason.FOREIGN, 1));
    ended(ConnectOutcome.CONNECTED, 1_021);
    assertThat(events.get(0).diagnosis().explanations())
        .containsExactly(Explanation.FOREIGN_PROTOCOL);
    assertThat(events.get(1).diagnosis().explanations()).containsExactly(Explanation.SYN_LOST);
  }

  @Test
  void mustFindHangUpsThatRedialsHidAndThoseThatFailedTheConnect() {
    for (ConnectOutcome outcome : List.of(ConnectOutcome.CONNECTED, ConnectOutcome.HUNG_UP)) {
      diagnoses.ended(
          new ConnectReport(
              HERE,
              outcome,
              3,
              13 * MILLI,
              0,
              MILLI / 10,
              0,
              0,
              0,
              2,
              Map.of(RedialReason.HUNG_UP, 2)));
    }
    ended(ConnectOutcome.HUNG_UP, 1);
    assertThat(events)
        .hasSize(3)
        .allSatisfy(
            event ->
                assertThat(event.diagnosis().explanations()).containsExactly(Explanation.HUNG_UP));
  }

  /** Whose SYN was repeated too soon is late by milliseconds only. */
  @Test
  void mustFindAStaleAckByItsHastyRepetition() {
    ended(1, 0, Map.of());
    assertThat(events.get(0).diagnosis().explanations()).contains(Explanation.STALE_ACK);
  }

  /** That a connect succeeded long ago says nothing of a path that is dead now. */
  @Test
  void mustNotTellADeadHostFromALostSynByEarlierSuccess() {
    ended(ConnectOutcome.CONNECTED, 1);
    ended(ConnectOutcome.TIMED_OUT, 0);
    assertThat(events.get(0).diagnosis().explanations())
        .containsExactlyInAnyOrder(Explanation.SYN_LOST, Explanation.UNREACHABLE);
    ended(ConnectOutcome.TIMED_OUT, 10_000);
    assertThat(events.get(1).diagnosis().explanations())
        .as("another connected meanwhile")
        .containsExactly(Explanation.SYN_LOST);
  }

  private void ended(ConnectOutcome outcome, long millis) {
    ended(outcome, millis, Map.of());
  }

  @Test
  void mustSayNothingOfConnectsAsTheyShouldBe() {
    ended(ConnectOutcome.CONNECTED, 2);
    ended(ConnectOutcome.CANCELLED, 2);
    ended(ConnectOutcome.NOT_ADMITTED, 0);
    assertThat(events).isEmpty();
  }

  @Test
  void mustFindALostSynByARedialAndByTheClock() {
    ended(ConnectOutcome.CONNECTED, 301, Map.of(RedialReason.SILENCE, 1));
    ended(ConnectOutcome.CONNECTED, 1_021);
    assertThat(events)
        .hasSize(2)
        .allSatisfy(
            event ->
                assertThat(event.diagnosis().explanations()).containsExactly(Explanation.SYN_LOST));
    assertThat(events.get(0).line()).startsWith("cache: connect took long: ");
  }

  @Test
  void mustFindADeadBackendByTheAlternation() {
    for (int i = 0; i < 4; i++) {
      ended(ConnectOutcome.CONNECTED, 1);
      ended(ConnectOutcome.REFUSED, 1);
    }
    assertThat(events.get(3).diagnosis().explanations())
        .containsExactly(Explanation.BACKEND_REFUSING);
    assertThat(events.get(3).diagnosis().evidence()).contains("50 % of 8 recent connects refused");
  }

  @Test
  void mustCountRefusalsThatARedialHid() {
    for (int i = 0; i < 4; i++) {
      ended(ConnectOutcome.CONNECTED, 1, Map.of(RedialReason.REFUSED, 1));
    }
    assertThat(events.get(3).diagnosis().explanations())
        .containsExactly(Explanation.BACKEND_REFUSING);
  }

  @Test
  void mustNotCallAStoppedServerADeadBackend() {
    ended(ConnectOutcome.REFUSED, 1);
    ended(ConnectOutcome.REFUSED, 1);
    assertThat(events.get(1).diagnosis().explanations()).containsExactly(Explanation.NOT_LISTENING);
  }

  @Test
  void mustNotBlameALateConnectOnAnEarlierRestart() {
    ended(ConnectOutcome.REFUSED, 1);
    ended(ConnectOutcome.CONNECTED, 1_021);
    assertThat(events.get(1).diagnosis().explanations()).containsExactly(Explanation.SYN_LOST);
  }

  @Test
  void mustFindExhaustedPortsAndMissingRoutes() {
    ended(ConnectOutcome.NO_LOCAL_PORT, 0);
    ended(ConnectOutcome.UNREACHABLE, 2_700);
    assertThat(events.get(0).diagnosis().explanations())
        .containsExactly(Explanation.PORTS_EXHAUSTED);
    assertThat(events.get(1).diagnosis().explanations()).containsExactly(Explanation.UNREACHABLE);
  }

  @Test
  void mustNotTellTheAddress() {
    ended(ConnectOutcome.TIMED_OUT, 10_000);
    assertThat(events.get(0).toString()).doesNotContain("192.0.2.7");
    assertThat(events.get(0).line()).doesNotContain("192.0.2.7");
  }
}
