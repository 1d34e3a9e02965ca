package dev.holdfast.internal.report;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.wire.WireSource;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a registry reads when it wants it, and the guards of one name share: Micrometer keeps only
 * the first of a name. They go with the last of the guards. Thread-safe.
 */
final class SharedMeters {

  private static final Map<MeterRegistry, Map<String, SharedMeters>> ALL = new WeakHashMap<>();

  private final Map<WireSource, AtomicInteger> connections = new EnumMap<>(WireSource.class);
  private final LongAdder calls = new LongAdder();
  private final List<Meter> meters = new ArrayList<>();
  private int guards;

  private SharedMeters() {}

  /** One more guard of that name. */
  static SharedMeters join(MeterRegistry registry, String guard) {
    synchronized (ALL) {
      SharedMeters shared =
          ALL.computeIfAbsent(registry, first -> new HashMap<>())
              .computeIfAbsent(guard, first -> new SharedMeters());
      if (shared.guards++ == 0) {
        shared.register(registry, guard);
      }
      return shared;
    }
  }

  /** A guard of that name is closed. */
  static void leave(MeterRegistry registry, String guard) {
    synchronized (ALL) {
      Map<String, SharedMeters> names = ALL.get(registry);
      SharedMeters shared = names == null ? null : names.get(guard);
      if (names != null && shared != null && --shared.guards == 0) {
        names.remove(guard);
        shared.meters.forEach(meter -> Guarded.meter(() -> registry.remove(meter)));
      }
    }
  }

  private void register(MeterRegistry registry, String guard) {
    for (WireSource source : WireSource.values()) {
      AtomicInteger count = new AtomicInteger();
      connections.put(source, count);
      keep(
          Guarded.register(
              () ->
                  Gauge.builder(HoldfastMeter.CONNECTIONS.meterName(), count, AtomicInteger::get)
                      .description(HoldfastMeter.CONNECTIONS.description())
                      .tags("guard", guard, "wire", source.tag())
                      .register(registry)));
    }
    keep(
        Guarded.register(
            () ->
                FunctionCounter.builder(HoldfastMeter.CALLS.meterName(), calls, LongAdder::sum)
                    .description(HoldfastMeter.CALLS.description())
                    .tag("guard", guard)
                    .register(registry)));
  }

  private void keep(@Nullable Meter meter) {
    if (meter != null) {
      meters.add(meter);
    }
  }

  void connections(WireSource source, int change) {
    AtomicInteger count = connections.get(source);
    if (count != null) {
      count.addAndGet(change);
    }
  }

  void called(long more) {
    calls.add(more);
  }
}
