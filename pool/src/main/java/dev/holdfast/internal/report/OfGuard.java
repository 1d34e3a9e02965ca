package dev.holdfast.internal.report;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the meters of one guard, each with its description and the tag {@code guard}. Null for what
 * the registry refuses.
 *
 * @param registry of the meters
 * @param guard the value of the tag
 */
record OfGuard(MeterRegistry registry, String guard) {

  @Nullable Timer timer(HoldfastMeter meter, String... tags) {
    return Guarded.register(
        () ->
            Timer.builder(meter.meterName())
                .description(meter.description())
                .tag("guard", guard)
                .tags(tags)
                .register(registry));
  }

  @Nullable DistributionSummary summary(HoldfastMeter meter) {
    return Guarded.register(
        () ->
            DistributionSummary.builder(meter.meterName())
                .description(meter.description())
                .tag("guard", guard)
                .register(registry));
  }

  @Nullable Counter counter(HoldfastMeter meter, String... tags) {
    return Guarded.register(
        () ->
            Counter.builder(meter.meterName())
                .description(meter.description())
                .tag("guard", guard)
                .tags(tags)
                .register(registry));
  }
}
