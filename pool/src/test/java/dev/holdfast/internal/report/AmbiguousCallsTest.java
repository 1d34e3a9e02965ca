package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an operator sees of the first call whose outcome is unknown, and of the thousandth. */
final class AmbiguousCallsTest {

  private long now;

  @Test
  void mustHaveEveryClosedSetOfTagsAtZeroFromTheStart() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    GuardMeters meters = new GuardMeters(registry, "orders");
    assertThat(registry.get("holdfast.calls.ambiguous.all").counter().count()).isZero();
    assertThat(registry.get("holdfast.swaps").counters()).hasSize(Cause.values().length);
    assertThat(registry.get("holdfast.diagnoses").counters())
        .hasSize(Explanation.values().length + 1)
        .allMatch(counter -> counter.count() == 0);
    meters.ambiguous("INCR");
    meters.ambiguous("LPUSH");
    assertThat(registry.get("holdfast.calls.ambiguous.all").counter().count()).isEqualTo(2);
    assertThat(registry.get("holdfast.calls.ambiguous").tag("call", "INCR").counter().count())
        .isEqualTo(1);
  }

  @Test
  void mustWarnOnceAMinuteForEachOperation() {
    List<String> lines = new ArrayList<>();
    AmbiguousLog log = new AmbiguousLog(() -> now, lines::add);
    for (int i = 0; i < 1_000; i++) {
      log.ambiguous("orders", "INCR");
    }
    log.ambiguous("orders", "LPUSH");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).startsWith("orders: the outcome of INCR is unknown");
    now += Duration.ofMinutes(1).toNanos();
    log.ambiguous("orders", "INCR");
    assertThat(lines.get(2)).contains("999 more");
  }
}
