package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A diagnosis is said once a minute, counted and handed on each time. */
final class DiagnosisReportTest {

  private long now;
  private final List<String> said = new ArrayList<>();
  private final List<String> unsaid = new ArrayList<>();
  private final DiagnosisLog log = new DiagnosisLog(() -> now, said::add, unsaid::add);

  private static DiagnosisEvent event(String guard, Explanation first, Explanation... rest) {
    return new DiagnosisEvent(
        guard,
        "connection replaced",
        new Diagnosis(EnumSet.of(first, rest), List.of("idle 300 s"), List.of("ping")),
        "calls moved 1");
  }

  @Test
  void mustSayGuardFirstThenAllThereIsInOneLine() {
    assertThat(event("cache", Explanation.FIN_LOST).line())
        .isEqualTo(
            "cache: connection replaced, calls moved 1: the server had closed long before and its"
                + " FIN was lost [idle 300 s]. Fix: ping");
  }

  @Test
  void mustSayOneLineAMinuteForEachGuardAndExplanation() {
    log.log(event("cache", Explanation.FIN_LOST));
    log.log(event("cache", Explanation.FIN_LOST));
    log.log(event("queue", Explanation.FIN_LOST));
    log.log(event("cache", Explanation.FIN_LOST, Explanation.FAILOVER));
    now += Duration.ofSeconds(59).toNanos();
    log.log(event("cache", Explanation.FIN_LOST));
    assertThat(said).hasSize(3);
    assertThat(unsaid).hasSize(2);
    now += Duration.ofSeconds(1).toNanos();
    log.log(event("cache", Explanation.FIN_LOST));
    assertThat(said).hasSize(4);
    assertThat(said.get(3)).endsWith("(2 more like this since the last line)");
  }

  @Test
  void mustCountAndHandOnEveryOneAlthoughAListenerFails() {
    MeterRegistry registry = new SimpleMeterRegistry();
    DiagnosisReporter reporter = new DiagnosisReporter(registry);
    List<DiagnosisEvent> heard = new ArrayList<>();
    reporter.onDiagnosis(
        event -> {
          throw new IllegalStateException("a listener's own fault");
        });
    reporter.onDiagnosis(heard::add);
    reporter.report(event("cache", Explanation.FIN_LOST, Explanation.FAILOVER));
    reporter.report(event("cache", Explanation.FIN_LOST, Explanation.FAILOVER));
    assertThat(heard).hasSize(2);
    for (String member : List.of("fin_lost", "failover")) {
      assertThat(
              registry
                  .get(HoldfastMeter.DIAGNOSES.meterName())
                  .tags("guard", "cache", "explanation", member)
                  .counter()
                  .count())
          .isEqualTo(2);
    }
  }
}
