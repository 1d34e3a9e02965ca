package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** Publishes what guards learn, the gauges of {@link HoldfastMeter#IDLE_LIMIT}. Thread-safe. */
final class IdleLimitGauges {

  /**
   * Guards of one name in one registry share their gauges: Micrometer keeps only the first. Each
   * set holds the guards weakly.
   */
  private static final Map<MeterRegistry, Map<String, Set<IdleLimits>>> IDLE_LIMITS =
      new WeakHashMap<>();

  private IdleLimitGauges() {}

  static void publish(MeterRegistry registry, String guard, IdleLimits limits) {
    synchronized (IDLE_LIMITS) {
      IDLE_LIMITS
          .computeIfAbsent(registry, first -> new HashMap<>())
          .computeIfAbsent(guard, first -> register(registry, guard))
          .add(limits);
    }
  }

  /** With the last guard of a name its gauges go. */
  static void remove(MeterRegistry registry, String guard, IdleLimits limits) {
    synchronized (IDLE_LIMITS) {
      Map<String, Set<IdleLimits>> guards = IDLE_LIMITS.get(registry);
      Set<IdleLimits> all = guards == null ? null : guards.get(guard);
      if (guards == null || all == null || !all.remove(limits) || !all.isEmpty()) {
        return;
      }
      guards.remove(guard);
      Guarded.meter(
          () ->
              registry
                  .find(HoldfastMeter.IDLE_LIMIT.meterName())
                  .tag("guard", guard)
                  .meters()
                  .forEach(registry::remove));
    }
  }

  private static Set<IdleLimits> register(MeterRegistry registry, String guard) {
    Set<IdleLimits> all =
        Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    for (LimitSource source : LimitSource.values()) {
      Guarded.meter(
          () ->
              Gauge.builder(HoldfastMeter.IDLE_LIMIT.meterName(), all, some -> lowest(some, source))
                  .description(HoldfastMeter.IDLE_LIMIT.description())
                  .tags("guard", guard, "source", source.tag())
                  .register(registry));
    }
    return all;
  }

  private static double lowest(Set<IdleLimits> all, LimitSource source) {
    synchronized (all) {
      return all.stream()
          .mapToDouble(limits -> limits.seconds(source))
          .filter(seconds -> !Double.isNaN(seconds))
          .min()
          .orElse(Double.NaN);
    }
  }
}
