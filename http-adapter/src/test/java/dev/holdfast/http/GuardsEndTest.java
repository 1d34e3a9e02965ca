package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** With a guard its gauges end, with the last of a name; counters stay. */
final class GuardsEndTest {

  private static final ConnectionPlan PLAN =
      NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(1))).plan();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private long gauges() {
    return registry.getMeters().stream().filter(Gauge.class::isInstance).count();
  }

  private void mustEnd(AutoCloseable first, AutoCloseable second) throws Exception {
    long some = gauges();
    assertThat(some).isPositive();
    first.close();
    first.close();
    assertThat(gauges()).as("another of the name is there").isEqualTo(some);
    second.close();
    assertThat(gauges()).isZero();
    assertThat(registry.find("holdfast.calls.ambiguous.all").counter()).isNotNull();
  }

  private ApacheHttpGuard apache() {
    return ApacheHttpGuard.custom(PLAN).meterRegistry(registry).name("orders").build();
  }

  private ApacheAsyncGuard async() {
    return ApacheAsyncGuard.custom(PLAN).meterRegistry(registry).name("orders").build();
  }

  private ReactorHttpGuard reactor() {
    return ReactorHttpGuard.custom(PLAN).meterRegistry(registry).name("orders").build();
  }

  @Test
  void mustTakeTheGaugesOfHttpClientsGuardAway() throws Exception {
    mustEnd(apache(), apache());
  }

  @Test
  void mustTakeTheGaugesOfHttpClientsAsynchronousGuardAway() throws Exception {
    mustEnd(async(), async());
  }

  @Test
  void mustTakeTheGaugesOfReactorNettysGuardAway() throws Exception {
    mustEnd(reactor(), reactor());
  }
}
