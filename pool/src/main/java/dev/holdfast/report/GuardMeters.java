package dev.holdfast.report;

import dev.holdfast.connect.ConnectReport;
import dev.holdfast.connect.RedialReason;
import dev.holdfast.diagnosis.Cause;
import dev.holdfast.metrics.FlightEvents;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.wire.WireSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A guard's side of {@link HoldfastMeter}. Thread-safe; nothing here runs for every call. */
public final class GuardMeters implements AutoCloseable {

  /** Guards of one name in one registry share their gauges: Micrometer keeps only the first. */
  private static final Map<MeterRegistry, Map<String, Shared>> CONNECTIONS = new WeakHashMap<>();

  /** The gauges of all guards of one name. */
  private static final class Shared {
    private final Map<WireSource, AtomicInteger> counts = new EnumMap<>(WireSource.class);
    private int guards;
  }

  private final MeterRegistry registry;
  private final String guard;
  private final Map<WireSource, AtomicInteger> connections;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Timer hold;
  private final Timer idleAge;
  private final DistributionSummary idleUsed;

  /**
   * Registers the gauges.
   *
   * @param registry of the meters
   * @param guard the value of their tag {@code guard}
   */
  public GuardMeters(MeterRegistry registry, String guard) {
    MetersAtZero.register(registry, guard);
    this.registry = registry;
    this.guard = guard;
    this.connections = share();
    hold = timer(HoldfastMeter.HOLD);
    idleAge = timer(HoldfastMeter.IDLE_AGE);
    idleUsed =
        DistributionSummary.builder(HoldfastMeter.IDLE_USED.meterName())
            .description(HoldfastMeter.IDLE_USED.description())
            .tags("guard", guard)
            .register(registry);
  }

  private Timer timer(HoldfastMeter meter, String... tags) {
    return Timer.builder(meter.meterName())
        .description(meter.description())
        .tag("guard", guard)
        .tags(tags)
        .register(registry);
  }

  private Map<WireSource, AtomicInteger> share() {
    synchronized (CONNECTIONS) {
      Shared shared =
          CONNECTIONS
              .computeIfAbsent(registry, first -> new HashMap<>())
              .computeIfAbsent(guard, first -> new Shared());
      if (shared.guards++ == 0) {
        for (WireSource source : WireSource.values()) {
          shared.counts.put(source, register(source));
        }
      }
      return shared.counts;
    }
  }

  /** The guard is closed: with the last one of its name the gauges go. Counters stay. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    synchronized (CONNECTIONS) {
      Map<String, Shared> guards = CONNECTIONS.get(registry);
      Shared shared = guards == null ? null : guards.get(guard);
      if (guards != null && shared != null && --shared.guards == 0) {
        guards.remove(guard);
        registry
            .find(HoldfastMeter.CONNECTIONS.meterName())
            .tag("guard", guard)
            .meters()
            .forEach(registry::remove);
      }
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

  /**
   * Counts a connection in or out.
   *
   * @param source where its readings come from
   * @param change 1 or -1
   */
  public void connections(WireSource source, int change) {
    AtomicInteger count = connections.get(source);
    if (count != null) {
      count.addAndGet(change);
    }
  }

  /**
   * A connection was proved before its use, or failed to be.
   *
   * @param answered whether it was
   */
  public void probed(boolean answered) {
    FlightEvents.probed(guard, answered);
    counter(HoldfastMeter.PROBES, "result", answered ? "answered" : "failed").increment();
  }

  /**
   * A connection was given up.
   *
   * @param cause what the client saw
   */
  public void swapped(Cause cause) {
    FlightEvents.condemned(guard, cause.tag());
    counter(HoldfastMeter.SWAPS, "cause", cause.tag()).increment();
  }

  /**
   * A call failed with an unknown outcome, which is a warning in the log too.
   *
   * @param call its kind, of a bounded set
   */
  public void ambiguous(String call) {
    FlightEvents.ambiguous(guard, call);
    counter(HoldfastMeter.AMBIGUOUS_ALL).increment();
    counter(HoldfastMeter.AMBIGUOUS, "call", call).increment();
    AmbiguousLog.SHARED.ambiguous(guard, call);
  }

  /**
   * A call failed that certainly did not run.
   *
   * @param reason of a bounded set
   */
  public void notExecuted(String reason) {
    counter(HoldfastMeter.NOT_EXECUTED, "reason", reason).increment();
  }

  /**
   * A connect dialled again.
   *
   * @param reason why
   * @param dials how often
   */
  public void redialled(RedialReason reason, int dials) {
    FlightEvents.redialled(guard, reason.tag(), dials);
    counter(HoldfastMeter.REDIALS, "reason", reason.tag()).increment(dials);
  }

  /**
   * Calls never sent moved to another connection.
   *
   * @param calls how many
   */
  public void moved(int calls) {
    counter(HoldfastMeter.MOVED).increment(calls);
  }

  /**
   * Calls sent without an answer were sent again.
   *
   * @param calls how many
   */
  public void replayed(int calls) {
    counter(HoldfastMeter.REPLAYED).increment(calls);
  }

  /**
   * A call waited for a proof.
   *
   * @param nanos how long
   */
  public void held(long nanos) {
    FlightEvents.held(guard, nanos);
    hold.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A connect has ended, over all its dials.
   *
   * @param report what became of it
   */
  public void connected(ConnectReport report) {
    String outcome = report.outcome().tag();
    FlightEvents.connected(guard, report.remote(), outcome, report.dials(), report.nanos());
    timer(HoldfastMeter.CONNECTS, "result", outcome).record(report.nanos(), TimeUnit.NANOSECONDS);
    report.redials().forEach(this::redialled);
  }

  /**
   * A connection is used that was idle for a second or more.
   *
   * @param idleNanos how long
   * @param limitNanos the idle age in force from which it would be proved; {@link Long#MAX_VALUE}
   *     if there is none
   */
  public void usedAfterIdle(long idleNanos, long limitNanos) {
    idleAge.record(idleNanos, TimeUnit.NANOSECONDS);
    if (limitNanos != Long.MAX_VALUE) {
      idleUsed.record((double) idleNanos / limitNanos);
    }
  }

  private Counter counter(HoldfastMeter meter, String... tags) {
    return Counter.builder(meter.meterName())
        .description(meter.description())
        .tag("guard", guard)
        .tags(tags)
        .register(registry);
  }
}
