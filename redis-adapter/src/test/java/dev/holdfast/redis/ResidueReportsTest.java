package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said of what borrowers left behind. */
final class ResidueReportsTest {

  private static final Logger LOG = LoggerFactory.getLogger(ResidueReportsTest.class);

  @Test
  void mustCountEachKindFromZero() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    ResidueReports reports = new ResidueReports(LOG, "orders", registry);
    String name = HoldfastMeter.POOL_RESIDUES.meterName();
    assertThat(registry.get(name).counters())
        .hasSize(Residue.values().length)
        .allMatch(counter -> counter.count() == 0);
    reports.left(Residue.WATCH, "here");
    assertThat(registry.get(name).tag("residue", Residue.WATCH.tag()).counter().count())
        .isEqualTo(1);
  }

  @Test
  void mustNotLetARegistryThrowAtWhoReturnsAConnection() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                throw new AssertionError("a filter of the user's");
              }
            });
    assertThatCode(() -> new ResidueReports(LOG, "orders", registry).left(Residue.WATCH, "here"))
        .doesNotThrowAnyException();
  }
}
