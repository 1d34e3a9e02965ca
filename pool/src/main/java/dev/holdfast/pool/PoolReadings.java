package dev.holdfast.pool;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a registry reads when it wants it, summed up over the pools of one name: Micrometer keeps
 * only the first of a name. They go with the last of the pools. Thread-safe.
 */
final class PoolReadings {

  private static final String TAG = "pool";

  private static final Map<MeterRegistry, Map<String, PoolReadings>> ALL = new WeakHashMap<>();

  /** One pool's. No record: the JVM makes a record's equals such that its class loader stays. */
  static final class Reading {
    private final Supplier<PoolState> state;
    private final LongSupplier lent;
    private final LongSupplier usedNanos;

    Reading(Supplier<PoolState> state, LongSupplier lent, LongSupplier usedNanos) {
      this.state = state;
      this.lent = lent;
      this.usedNanos = usedNanos;
    }

    int count(ToIntFunction<PoolState> what) {
      return what.applyAsInt(state.get());
    }

    long lent() {
      return lent.getAsLong();
    }

    long usedNanos() {
      return usedNanos.getAsLong();
    }
  }

  private final List<Reading> pools = new CopyOnWriteArrayList<>();
  private final LongAdder lentByGone = new LongAdder();
  private final LongAdder usedByGone = new LongAdder();
  private final List<Meter> meters = new ArrayList<>();

  private PoolReadings() {}

  /** One more pool of that name. */
  static Reading join(
      MeterRegistry registry,
      String pool,
      Supplier<PoolState> state,
      LongSupplier lent,
      LongSupplier usedNanos) {
    Reading reading = new Reading(state, lent, usedNanos);
    synchronized (ALL) {
      PoolReadings shared =
          ALL.computeIfAbsent(registry, first -> new HashMap<>())
              .computeIfAbsent(pool, first -> new PoolReadings());
      shared.pools.add(reading);
      if (shared.pools.size() == 1) {
        shared.register(registry, Tags.of(TAG, pool));
      }
    }
    return reading;
  }

  /** A pool of that name is closed. What it has counted is counted on, or the sum would fall. */
  static void leave(MeterRegistry registry, String pool, Reading reading) {
    synchronized (ALL) {
      Map<String, PoolReadings> names = ALL.get(registry);
      PoolReadings shared = names == null ? null : names.get(pool);
      if (names == null || shared == null) {
        return;
      }
      shared.lentByGone.add(reading.lent());
      shared.usedByGone.add(reading.usedNanos());
      shared.pools.remove(reading);
      if (shared.pools.isEmpty()) {
        names.remove(pool);
        shared.meters.forEach(meter -> Guarded.meter(() -> registry.remove(meter)));
      }
    }
  }

  private void register(MeterRegistry registry, Tags tags) {
    keep(
        () ->
            FunctionCounter.builder(HoldfastMeter.POOL_LENT.meterName(), this, PoolReadings::lent)
                .description(HoldfastMeter.POOL_LENT.description())
                .tags(tags)
                .register(registry));
    keep(
        () ->
            FunctionTimer.builder(
                    HoldfastMeter.POOL_USE.meterName(),
                    this,
                    PoolReadings::lent,
                    all -> all.sum(all.usedByGone, Reading::usedNanos),
                    TimeUnit.NANOSECONDS)
                .description(HoldfastMeter.POOL_USE.description())
                .tags(tags)
                .register(registry));
    connections(registry, tags.and("state", "idle"), PoolState::idle);
    connections(registry, tags.and("state", "active"), PoolState::active);
    connections(registry, tags.and("state", "connecting"), PoolState::connecting);
    connections(registry, tags.and("state", "proving"), PoolState::proving);
    connections(registry, tags.and("state", "closing"), PoolState::closing);
    gauge(registry, HoldfastMeter.POOL_MAX, tags, PoolState::max);
    gauge(registry, HoldfastMeter.POOL_WAITING, tags, PoolState::waiting);
  }

  private void connections(MeterRegistry registry, Tags tags, ToIntFunction<PoolState> count) {
    gauge(registry, HoldfastMeter.POOL_CONNECTIONS, tags, count);
  }

  private void gauge(
      MeterRegistry registry, HoldfastMeter meter, Tags tags, ToIntFunction<PoolState> count) {
    keep(
        () ->
            Gauge.builder(meter.meterName(), this, all -> all.states(count))
                .description(meter.description())
                .tags(tags)
                .register(registry));
  }

  private void keep(Supplier<? extends @Nullable Meter> make) {
    Meter meter = Guarded.register(make);
    if (meter != null) {
      meters.add(meter);
    }
  }

  private int states(ToIntFunction<PoolState> count) {
    return pools.stream().mapToInt(one -> one.count(count)).sum();
  }

  private long lent() {
    return sum(lentByGone, Reading::lent);
  }

  private long sum(LongAdder gone, ToLongFunction<Reading> count) {
    return gone.sum() + pools.stream().mapToLong(count).sum();
  }
}
