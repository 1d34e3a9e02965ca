package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.ManualClock;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.internal.usage.Churn;
import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChurnDiagnosesTest {

  private static final Duration YOUNG = Duration.ofMillis(22);

  private final ManualClock clock = new ManualClock();
  private final List<DiagnosisEvent> events = new ArrayList<>();
  private final ChurnDiagnoses diagnoses = diagnoses();

  private ChurnDiagnoses diagnoses() {
    DiagnosisReporter reporter = new DiagnosisReporter(new SimpleMeterRegistry());
    reporter.onDiagnosis(events::add);
    return new ChurnDiagnoses(
        "test",
        NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan(),
        new RecentReading(HostCounters.of(Path.of("no-host-of-its-own"))),
        reporter,
        clock);
  }

  private static Churn churn(Duration age, String... sites) {
    List<Churn.Site> all = new ArrayList<>();
    for (String site : sites) {
      all.add(new Churn.Site(site, 1));
    }
    return new Churn(30, 30, age, 1, 1, all, Duration.ofMinutes(1), 1);
  }

  @Test
  void mustReportOnceAMinute() {
    diagnoses.seen(churn(YOUNG));
    clock.pass(Duration.ofSeconds(59));
    diagnoses.seen(churn(YOUNG));
    assertThat(events).hasSize(1);
    clock.pass(Duration.ofSeconds(1));
    diagnoses.seen(churn(YOUNG));
    assertThat(events).hasSize(2);
  }

  @Test
  void mustNameTheThreePlacesThatCloseMost() {
    diagnoses.seen(churn(YOUNG, "first", "second", "third", "fourth"));
    assertThat(events.get(0).diagnosis().explanations()).containsExactly(Explanation.CHURN);
    assertThat(events.get(0).diagnosis().evidence())
        .contains("closed at first", "closed at second", "closed at third")
        .doesNotContain("closed at fourth");
  }

  @Test
  void mustLeaveOldConnectionsInPeaceAndNotWaitAMinuteForIt() {
    diagnoses.seen(churn(Duration.ofMinutes(5)));
    assertThat(events).isEmpty();
    diagnoses.seen(churn(YOUNG));
    assertThat(events).hasSize(1);
  }
}
