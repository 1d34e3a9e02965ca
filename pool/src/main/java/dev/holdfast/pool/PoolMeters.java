package dev.holdfast.pool;

import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** A pool's side of {@link HoldfastMeter}; nothing of it is touched by a borrow without a wait. */
final class PoolMeters {

  private final MeterRegistry registry;
  private final String name;
  private final Timer wait;
  private final List<Meter> gauges = new ArrayList<>();

  PoolMeters(MeterRegistry registry, String name) {
    this.registry = registry;
    this.name = name;
    this.wait =
        Timer.builder(HoldfastMeter.POOL_WAIT.meterName())
            .description(HoldfastMeter.POOL_WAIT.description())
            .tags("guard", name)
            .register(registry);
  }

  /** Registers the gauges; they hold the pool until {@link #close()}. */
  void watch(Supplier<PoolState> state) {
    connections(state, "idle", PoolState::idle);
    connections(state, "active", PoolState::active);
    connections(state, "connecting", PoolState::connecting);
    connections(state, "proving", PoolState::proving);
    connections(state, "max", PoolState::max);
    gauges.add(
        Gauge.builder(HoldfastMeter.POOL_WAITING.meterName(), () -> state.get().waiting())
            .description(HoldfastMeter.POOL_WAITING.description())
            .tags("guard", name)
            .register(registry));
  }

  private void connections(Supplier<PoolState> state, String tag, ToIntFunction<PoolState> count) {
    gauges.add(
        Gauge.builder(
                HoldfastMeter.POOL_CONNECTIONS.meterName(), () -> count.applyAsInt(state.get()))
            .description(HoldfastMeter.POOL_CONNECTIONS.description())
            .tags("guard", name, "state", tag)
            .register(registry));
  }

  void close() {
    gauges.forEach(registry::remove);
    gauges.clear();
  }

  void waited(long nanos) {
    wait.record(nanos, TimeUnit.NANOSECONDS);
  }

  void refused(String reason) {
    count(HoldfastMeter.POOL_REFUSED, "reason", reason);
  }

  void closed(CloseReason reason) {
    count(HoldfastMeter.POOL_CLOSED, "reason", reason.tag());
  }

  void connected() {
    count(HoldfastMeter.POOL_CONNECTS, "result", "connected");
  }

  void connectFailed() {
    count(HoldfastMeter.POOL_CONNECTS, "result", "failed");
  }

  void proved(boolean answered) {
    count(HoldfastMeter.POOL_PROOFS, "result", answered ? "answered" : "failed");
  }

  void leaked() {
    Counter.builder(HoldfastMeter.POOL_LEAKS.meterName())
        .description(HoldfastMeter.POOL_LEAKS.description())
        .tags("guard", name)
        .register(registry)
        .increment();
  }

  private void count(HoldfastMeter meter, String tag, String value) {
    Counter.builder(meter.meterName())
        .description(meter.description())
        .tags("guard", name, tag, value)
        .register(registry)
        .increment();
  }
}
