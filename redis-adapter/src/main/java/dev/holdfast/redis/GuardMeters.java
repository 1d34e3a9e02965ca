package dev.holdfast.redis;

import dev.holdfast.connect.RedialReason;
import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.wire.WireSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The guard's side of {@link HoldfastMeter}. Thread-safe; nothing here runs for every call. */
final class GuardMeters {

  /** Why a call did not run, the values of the tag {@code reason}. */
  enum Refusal {
    HELD_FULL,
    TRANSACTION,
    BLOCKING,
    NO_RECONNECT
  }

  /** Guards of one name in one registry share their gauges: Micrometer keeps only the first. */
  private static final Map<MeterRegistry, Map<String, AtomicInteger>> CONNECTIONS =
      new WeakHashMap<>();

  /** The same for the idle limits of such guards; each set holds them weakly. */
  private static final Map<MeterRegistry, Map<String, Set<IdleLimits>>> IDLE_LIMITS =
      new WeakHashMap<>();

  private final MeterRegistry registry;
  private final String guard;
  private final Map<WireSource, AtomicInteger> connections = new EnumMap<>(WireSource.class);
  private final Timer hold;

  GuardMeters(MeterRegistry registry, String guard) {
    this.registry = registry;
    this.guard = guard;
    for (WireSource source : WireSource.values()) {
      connections.put(source, sharedCount(source));
    }
    hold =
        Timer.builder(HoldfastMeter.HOLD.meterName())
            .description(HoldfastMeter.HOLD.description())
            .tags("guard", guard)
            .register(registry);
  }

  private AtomicInteger sharedCount(WireSource source) {
    synchronized (CONNECTIONS) {
      return CONNECTIONS
          .computeIfAbsent(registry, first -> new HashMap<>())
          .computeIfAbsent(guard + '/' + source.tag(), first -> register(source));
    }
  }

  private AtomicInteger register(WireSource source) {
    AtomicInteger count = new AtomicInteger();
    Gauge.builder(HoldfastMeter.CONNECTIONS.meterName(), count, AtomicInteger::get)
        .description(HoldfastMeter.CONNECTIONS.description())
        .tags("guard", guard, "wire", source.tag())
        .register(registry);
    return count;
  }

  /** Counts a connection in (1) or out (-1). */
  void connections(WireSource source, int change) {
    AtomicInteger count = connections.get(source);
    if (count != null) {
      count.addAndGet(change);
    }
  }

  /** Publishes what a guard learns. */
  void idleLimits(IdleLimits limits) {
    synchronized (IDLE_LIMITS) {
      IDLE_LIMITS
          .computeIfAbsent(registry, first -> new HashMap<>())
          .computeIfAbsent(guard, first -> registerIdleLimits())
          .add(limits);
    }
  }

  private Set<IdleLimits> registerIdleLimits() {
    Set<IdleLimits> all =
        Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    for (LimitSource source : LimitSource.values()) {
      Gauge.builder(HoldfastMeter.IDLE_LIMIT.meterName(), all, some -> lowest(some, source))
          .description(HoldfastMeter.IDLE_LIMIT.description())
          .baseUnit("seconds")
          .tags("guard", guard, "source", source.tag())
          .register(registry);
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

  void probed(boolean answered) {
    counter(HoldfastMeter.PROBES, "result", answered ? "answered" : "failed").increment();
  }

  void swapped(Cause cause) {
    counter(HoldfastMeter.SWAPS, "cause", cause.tag()).increment();
  }

  void ambiguous(String call) {
    counter(HoldfastMeter.AMBIGUOUS, "call", call).increment();
  }

  void notExecuted(Refusal refusal) {
    counter(HoldfastMeter.NOT_EXECUTED, "reason", refusal.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  void redialled(RedialReason reason, int dials) {
    counter(HoldfastMeter.REDIALS, "reason", reason.tag()).increment(dials);
  }

  void moved(int calls) {
    counter(HoldfastMeter.MOVED).increment(calls);
  }

  void replayed(int calls) {
    counter(HoldfastMeter.REPLAYED).increment(calls);
  }

  void held(long nanos) {
    hold.record(nanos, TimeUnit.NANOSECONDS);
  }

  private Counter counter(HoldfastMeter meter, String... tags) {
    return Counter.builder(meter.meterName())
        .description(meter.description())
        .tag("guard", guard)
        .tags(tags)
        .register(registry);
  }
}
