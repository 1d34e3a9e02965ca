package dev.holdfast.diagnosis;

import static dev.holdfast.diagnosis.Explanation.FAILOVER;
import static dev.holdfast.diagnosis.Explanation.FIN_LOST;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_RESET;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_SILENT;
import static dev.holdfast.diagnosis.Explanation.LOCAL_CLOSE;
import static dev.holdfast.diagnosis.Explanation.RESET_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.RETIRED;
import static dev.holdfast.diagnosis.Explanation.SERVER_CLOSED;
import static dev.holdfast.diagnosis.Explanation.SERVER_SLOW;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;
import static dev.holdfast.diagnosis.Explanation.WINDOW_SHUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which deaths cast suspicion on which siblings. */
final class SiblingRuleTest {

  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final long DIED = 1_000_000_000_000L;

  private static Optional<Suspicion> after(Explanation first, Explanation... rest) {
    return SiblingRule.after(
        new Diagnosis(EnumSet.of(first, rest), List.of(), List.of()), IDLE, DIED);
  }

  private static boolean suspects(Optional<Suspicion> suspicion, Duration idle) {
    return suspicion.orElseThrow().covers(DIED - idle.toNanos());
  }

  @Test
  void mustSuspectThoseIdleAsLongWhenAFlowWasForgotten() {
    for (Explanation cause : List.of(FIN_LOST, FLOW_FORGOTTEN_RESET, FLOW_FORGOTTEN_SILENT)) {
      assertThat(suspects(after(cause), IDLE)).isTrue();
      assertThat(suspects(after(cause), IDLE.minusMillis(1))).isFalse();
    }
  }

  @Test
  void mustSuspectAllThatWereIdleInAFailover() {
    assertThat(suspects(after(FAILOVER), Duration.ZERO)).isTrue();
    assertThat(suspects(after(UNREACHABLE), Duration.ofMillis(5))).isTrue();
    assertThat(suspects(after(FAILOVER, FIN_LOST), Duration.ofMillis(5))).isTrue();
  }

  @Test
  void mustClearThoseThatMovedPayloadSince() {
    assertThat(after(FAILOVER).orElseThrow().covers(DIED + 1)).isFalse();
  }

  @Test
  void mustNeverSuspectAnyoneForASlowServer() {
    assertThat(after(SERVER_SLOW)).isEmpty();
    assertThat(after(WINDOW_SHUT)).isEmpty();
    assertThat(after(SERVER_SLOW, FLOW_FORGOTTEN_SILENT)).isEmpty();
  }

  @Test
  void mustSuspectNoOneForWhatConcernsOneConnection() {
    for (Explanation cause : List.of(SERVER_CLOSED, RESET_DURING_CALL, RETIRED, LOCAL_CLOSE)) {
      assertThat(after(cause)).as(cause.name()).isEmpty();
    }
  }
}
