package dev.holdfast.pool;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A pool's side of {@link HoldfastMeter}; nothing of it is touched by a borrow without a wait. All
 * counters are there, at 0, from the beginning, so that a rate sees the first event. A registry
 * that throws costs its meters and nothing else.
 */
final class PoolMeters {

  private static final String TAG = "pool";

  private final MeterRegistry registry;
  private final String name;
  private final @Nullable Timer wait;
  private final @Nullable Timer create;
  private final Map<CloseReason, @Nullable Counter> closed = new EnumMap<>(CloseReason.class);
  private final Map<CloseReason, @Nullable Timer> ages = new EnumMap<>(CloseReason.class);
  private final @Nullable Counter timeouts;
  private final @Nullable Counter tooManyWaiters;
  private final @Nullable Counter connected;
  private final @Nullable Counter connectFailed;
  private final @Nullable Counter answered;
  private final @Nullable Counter unanswered;
  private final @Nullable Counter leaks;
  private final List<Meter> gauges = new ArrayList<>();

  @SuppressWarnings("UnusedVariable") // keeps reachable what the registry reads
  private @Nullable LongSupplier lent;

  PoolMeters(MeterRegistry registry, String name) {
    this.registry = registry;
    this.name = name;
    this.wait = timer(HoldfastMeter.POOL_WAIT);
    this.create = timer(HoldfastMeter.POOL_CREATE);
    for (CloseReason reason : CloseReason.values()) {
      closed.put(reason, counter(HoldfastMeter.POOL_CLOSED, "reason", reason.tag()));
      ages.put(reason, timer(HoldfastMeter.POOL_AGE, "reason", reason.tag()));
    }
    timeouts = counter(HoldfastMeter.POOL_REFUSED, "reason", "timeout");
    tooManyWaiters = counter(HoldfastMeter.POOL_REFUSED, "reason", "waiters");
    connected = counter(HoldfastMeter.POOL_CONNECTS, "result", "connected");
    connectFailed = counter(HoldfastMeter.POOL_CONNECTS, "result", "failed");
    answered = counter(HoldfastMeter.POOL_PROOFS, "result", "answered");
    unanswered = counter(HoldfastMeter.POOL_PROOFS, "result", "failed");
    leaks = counter(HoldfastMeter.POOL_LEAKS);
  }

  private @Nullable Timer timer(HoldfastMeter meter, String... tags) {
    return Guarded.register(
        () ->
            Timer.builder(meter.meterName())
                .description(meter.description())
                .tags(Tags.of(tags).and(TAG, name))
                .register(registry));
  }

  private @Nullable Counter counter(HoldfastMeter meter, String... tags) {
    return Guarded.register(
        () ->
            Counter.builder(meter.meterName())
                .description(meter.description())
                .tags(Tags.of(tags).and(TAG, name))
                .register(registry));
  }

  /**
   * Registers what is read from the pool; it holds the pool until {@link #close()}. A registry
   * holds only weakly what its function counters and timers read.
   */
  void watch(Supplier<PoolState> state, LongSupplier leases, LongSupplier usedNanos) {
    lent = leases;
    count(
        HoldfastMeter.POOL_LENT,
        meter ->
            FunctionCounter.builder(meter, leases, LongSupplier::getAsLong)
                .description(HoldfastMeter.POOL_LENT.description())
                .tags(TAG, name)
                .register(registry));
    count(
        HoldfastMeter.POOL_USE,
        meter ->
            FunctionTimer.builder(
                    meter,
                    leases,
                    LongSupplier::getAsLong,
                    all -> usedNanos.getAsLong(),
                    TimeUnit.NANOSECONDS)
                .description(HoldfastMeter.POOL_USE.description())
                .tags(TAG, name)
                .register(registry));
    connections(state, "idle", PoolState::idle);
    connections(state, "active", PoolState::active);
    connections(state, "connecting", PoolState::connecting);
    connections(state, "proving", PoolState::proving);
    connections(state, "closing", PoolState::closing);
    gauge(HoldfastMeter.POOL_MAX, Tags.empty(), state, PoolState::max);
    gauge(HoldfastMeter.POOL_WAITING, Tags.empty(), state, PoolState::waiting);
  }

  private void count(HoldfastMeter meter, Function<String, Meter> made) {
    Meter one = Guarded.register(() -> made.apply(meter.meterName()));
    if (one != null) {
      gauges.add(one);
    }
  }

  private void connections(Supplier<PoolState> state, String tag, ToIntFunction<PoolState> count) {
    gauge(HoldfastMeter.POOL_CONNECTIONS, Tags.of("state", tag), state, count);
  }

  private void gauge(
      HoldfastMeter meter, Tags tags, Supplier<PoolState> state, ToIntFunction<PoolState> count) {
    Meter gauge =
        Guarded.register(
            () ->
                Gauge.builder(meter.meterName(), () -> count.applyAsInt(state.get()))
                    .description(meter.description())
                    .tags(tags.and(TAG, name))
                    .register(registry));
    if (gauge != null) {
      gauges.add(gauge);
    }
  }

  void close() {
    gauges.forEach(gauge -> Guarded.meter(() -> registry.remove(gauge)));
    gauges.clear();
    lent = null;
  }

  void waited(long nanos) {
    record(wait, nanos);
  }

  private static void record(@Nullable Timer timer, long nanos) {
    if (timer != null) {
      Guarded.meter(() -> timer.record(nanos, TimeUnit.NANOSECONDS));
    }
  }

  void timedOut() {
    count(timeouts);
  }

  void tooManyWaiters() {
    count(tooManyWaiters);
  }

  void closed(CloseReason reason, long ageNanos) {
    count(closed.get(reason));
    record(ages.get(reason), ageNanos);
  }

  void connected(long nanos) {
    count(connected);
    record(create, nanos);
  }

  void connectFailed() {
    count(connectFailed);
  }

  void proved(boolean usable) {
    count(usable ? answered : unanswered);
  }

  void leaked() {
    count(leaks);
  }

  private static void count(@Nullable Counter counter) {
    if (counter != null) {
      Guarded.meter(counter::increment);
    }
  }
}
