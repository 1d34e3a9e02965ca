package dev.holdfast.pool;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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
  private volatile PoolReadings.@Nullable Reading readings;

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

  /** Has the registry read from the pool, which it holds until {@link #close()}. */
  void watch(Supplier<PoolState> state, LongSupplier leases, LongSupplier usedNanos) {
    readings = PoolReadings.join(registry, name, state, leases, usedNanos);
  }

  void close() {
    PoolReadings.Reading mine = readings;
    readings = null;
    if (mine != null) {
      PoolReadings.leave(registry, name, mine);
    }
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
