package dev.holdfast.gate;

import dev.holdfast.internal.metrics.FlightEvents;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The gate's side of {@link HoldfastMeter}. Thread-safe; no tag names an endpoint. */
final class GateMeters {

  /** Gates of one name in one registry share their gauges: Micrometer keeps only the first. */
  private static final Map<MeterRegistry, Map<String, Watched>> WATCHED = new WeakHashMap<>();

  /** The gates of one name, held weakly, and the gauges over them. */
  private record Watched(Set<EndpointGates> gates, List<Meter> gauges) {}

  private final MeterRegistry registry;
  private final String guard;
  private final Map<String, @Nullable Counter> refused = new HashMap<>();
  private final @Nullable Timer portWait;

  GateMeters(MeterRegistry registry, String guard) {
    this.registry = registry;
    this.guard = guard;
    this.portWait =
        Guarded.register(
            () ->
                Timer.builder(HoldfastMeter.PORT_WAIT.meterName())
                    .description(HoldfastMeter.PORT_WAIT.description())
                    .tags("guard", guard)
                    .register(registry));
    for (String reason : List.of("ports", "down")) {
      refused.put(reason, refusals(reason));
    }
  }

  private @Nullable Counter refusals(String reason) {
    return Guarded.register(
        () ->
            Counter.builder(HoldfastMeter.CONNECTS_REFUSED.meterName())
                .description(HoldfastMeter.CONNECTS_REFUSED.description())
                .tags("guard", guard, "reason", reason)
                .register(registry));
  }

  void waitedForPort(long nanos) {
    Timer timer = portWait;
    if (timer != null) {
      Guarded.meter(() -> timer.record(nanos, TimeUnit.NANOSECONDS));
    }
  }

  void refused(String reason) {
    FlightEvents.refused(guard, reason);
    Counter counter = refused.get(reason);
    if (counter != null) {
      Guarded.meter(counter::increment);
    }
  }

  /** Adds a gate, held weakly, to the gauges of its name. */
  void watch(EndpointGates gates) {
    synchronized (WATCHED) {
      WATCHED
          .computeIfAbsent(registry, first -> new HashMap<>())
          .computeIfAbsent(guard, first -> register())
          .gates()
          .add(gates);
    }
  }

  /** Takes a gate out; with the last one of its name the gauges go. Counters stay. */
  void unwatch(EndpointGates gates) {
    synchronized (WATCHED) {
      Map<String, Watched> names = WATCHED.get(registry);
      Watched watched = names == null ? null : names.get(guard);
      if (names == null || watched == null || !watched.gates().remove(gates)) {
        return;
      }
      if (watched.gates().isEmpty()) {
        names.remove(guard);
        watched.gauges().forEach(gauge -> Guarded.meter(() -> registry.remove(gauge)));
      }
    }
  }

  private Watched register() {
    Set<EndpointGates> watched =
        Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    List<Meter> gauges = new ArrayList<>();
    ports(gauges, watched, "open", PortUse::open);
    ports(gauges, watched, "time_wait", PortUse::timeWait);
    ports(gauges, watched, "elsewhere", PortUse::elsewhere);
    gauge(
        gauges,
        Gauge.builder(HoldfastMeter.PORTS_RANGE.meterName(), watched, all -> busiest(all).range())
            .description(HoldfastMeter.PORTS_RANGE.description())
            .tags("guard", guard));
    for (StormState state : StormState.values()) {
      gauge(
          gauges,
          Gauge.builder(
                  HoldfastMeter.ENDPOINTS.meterName(),
                  watched,
                  all -> endpoints(all).stream().filter(one -> one.storm() == state).count())
              .description(HoldfastMeter.ENDPOINTS.description())
              .tags("guard", guard, "state", state.tag()));
    }
    return new Watched(watched, gauges);
  }

  private void ports(
      List<Meter> gauges,
      Set<EndpointGates> watched,
      String state,
      ToDoubleFunction<PortUse> value) {
    gauge(
        gauges,
        Gauge.builder(
                HoldfastMeter.PORTS.meterName(), watched, all -> value.applyAsDouble(busiest(all)))
            .description(HoldfastMeter.PORTS.description())
            .tags("guard", guard, "state", state));
  }

  private void gauge(List<Meter> gauges, Gauge.Builder<?> builder) {
    Meter gauge = Guarded.register(() -> builder.register(registry));
    if (gauge != null) {
      gauges.add(gauge);
    }
  }

  private static PortUse busiest(Set<EndpointGates> watched) {
    return endpoints(watched).stream()
        .map(EndpointState::ports)
        .max(Comparator.comparingDouble(PortUse::share))
        .orElse(new PortUse(0, 0, 0, 0));
  }

  private static List<EndpointState> endpoints(Set<EndpointGates> watched) {
    List<EndpointState> all = new ArrayList<>();
    synchronized (watched) {
      watched.forEach(gates -> all.addAll(gates.states().values()));
    }
    return all;
  }
}
