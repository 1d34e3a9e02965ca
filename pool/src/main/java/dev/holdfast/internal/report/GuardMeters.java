package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.metrics.FlightEvents;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.internal.retry.RetryBudget;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A guard's side of {@link HoldfastMeter}. What the registry throws goes no further. Thread-safe;
 * only {@link #called} runs for every call.
 */
public final class GuardMeters implements AutoCloseable {

  private final MeterRegistry registry;
  private final String guard;
  private final OfGuard meters;
  private final SharedMeters shared;
  private final WireMeters wire;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable EndpointEvents endpoints;
  private final @Nullable Timer hold;
  private final @Nullable Timer idleAge;
  private final @Nullable DistributionSummary idleUsed;

  /**
   * Registers the gauges.
   *
   * @param registry of the meters
   * @param guard the value of their tag {@code guard}
   */
  public GuardMeters(MeterRegistry registry, String guard) {
    this.registry = registry;
    this.guard = guard;
    this.meters = new OfGuard(registry, guard);
    MetersAtZero.register(meters);
    this.shared = SharedMeters.join(registry, guard);
    this.wire = new WireMeters(meters);
    hold = meters.timer(HoldfastMeter.HOLD);
    idleAge = meters.timer(HoldfastMeter.IDLE_AGE);
    idleUsed = meters.summary(HoldfastMeter.IDLE_USED);
  }

  /** The guard is closed: with the last one of its name go the gauges. Counters stay. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      SharedMeters.leave(registry, guard);
    }
  }

  /**
   * Counts a connection in or out.
   *
   * @param source where its readings come from
   * @param change 1 or -1
   */
  public void connections(WireSource source, int change) {
    shared.connections(source, change);
  }

  /**
   * Counts calls; the only one of these that runs for every call.
   *
   * @param calls how many more there were
   */
  public void called(long calls) {
    shared.called(calls);
  }

  /**
   * Calls were ended before their answer, by a timeout of the client's or a cancel.
   *
   * @param calls how many
   */
  public void timedOut(int calls) {
    if (calls > 0) {
      count(HoldfastMeter.TIMED_OUT, calls);
    }
  }

  /**
   * The kernel was asked about a connection.
   *
   * @param snapshot its answer
   * @param sentAgain how many segments were sent again since the connection's reading before
   */
  public void read(WireSnapshot snapshot, long sentAgain) {
    wire.read(snapshot, sentAgain);
  }

  /**
   * A connection is closed.
   *
   * @param cause why
   * @param ageNanos how long it was up
   */
  public void ended(Cause cause, long ageNanos) {
    wire.ended(cause, ageNanos);
  }

  /**
   * A connection was proved before its use, or failed to be.
   *
   * @param answered whether it was
   */
  public void probed(boolean answered) {
    FlightEvents.probed(guard, answered);
    count(HoldfastMeter.PROBES, 1, "result", answered ? "answered" : "failed");
  }

  /**
   * A connection was given up.
   *
   * @param cause what the client saw
   */
  public void swapped(Cause cause) {
    FlightEvents.condemned(guard, cause.tag());
    count(HoldfastMeter.SWAPS, 1, "cause", cause.tag());
  }

  /**
   * Counts by endpoint from now on.
   *
   * @param most how many endpoints have a tag of their own; 0 for none of it
   */
  public void byEndpoint(int most) {
    endpoints = most > 0 ? new EndpointEvents(registry, guard, most) : null;
  }

  /**
   * A connection was given up.
   *
   * @param cause what the client saw
   * @param remote where it led
   */
  public void swapped(Cause cause, SocketAddress remote) {
    swapped(cause);
    EndpointEvents events = endpoints;
    if (events != null) {
      events.givenUp(remote);
    }
  }

  /**
   * A call failed with an unknown outcome, which is a warning in the log too.
   *
   * @param call its kind, of a bounded set
   */
  public void ambiguous(String call) {
    FlightEvents.ambiguous(guard, call);
    count(HoldfastMeter.AMBIGUOUS_ALL, 1);
    count(HoldfastMeter.AMBIGUOUS, 1, "call", call);
    AmbiguousLog.SHARED.ambiguous(guard, call);
  }

  /**
   * A call failed that certainly did not run.
   *
   * @param reason of a bounded set
   */
  public void notExecuted(String reason) {
    count(HoldfastMeter.NOT_EXECUTED, 1, "reason", reason);
  }

  /**
   * The server may decline calls: its meter is there, at 0.
   *
   * @param code what it may say, of a bounded set
   */
  public void mayBeDeclined(String code) {
    count(HoldfastMeter.DECLINED, 0, "code", code);
  }

  /**
   * The server declined a call without running it.
   *
   * @param code what it said, of a bounded set
   */
  public void declined(String code) {
    count(HoldfastMeter.DECLINED, 1, "code", code);
  }

  /**
   * A connect dialled again.
   *
   * @param reason why
   * @param dials how often
   */
  public void redialled(RedialReason reason, int dials) {
    FlightEvents.redialled(guard, reason.tag(), dials);
    count(HoldfastMeter.REDIALS, dials, "reason", reason.tag());
  }

  /**
   * Calls never sent moved to another connection.
   *
   * @param calls how many
   */
  public void moved(int calls) {
    count(HoldfastMeter.MOVED, calls);
  }

  /**
   * Calls sent without an answer were sent again.
   *
   * @param calls how many
   */
  public void replayed(int calls) {
    count(HoldfastMeter.REPLAYED, calls);
  }

  /**
   * A call waited for a proof.
   *
   * @param nanos how long
   */
  public void held(long nanos) {
    FlightEvents.held(guard, nanos);
    record(hold, nanos);
  }

  /**
   * A connect has ended, over all its dials.
   *
   * @param report what became of it
   */
  public void connected(ConnectReport report) {
    String outcome = report.outcome().tag();
    FlightEvents.connected(guard, report.remote(), outcome, report.dials(), report.nanos());
    record(meters.timer(HoldfastMeter.CONNECTS, "result", outcome), report.nanos());
    report.redials().forEach(this::redialled);
    EndpointEvents events = endpoints;
    if (events != null && report.dials() > 0) {
      events.connected(report.remote(), report.outcome() == ConnectOutcome.CONNECTED);
    }
  }

  /**
   * A connection is used that was idle for a second or more.
   *
   * @param idleNanos how long
   * @param limitNanos the idle age in force from which it would be proved; {@link Long#MAX_VALUE}
   *     if there is none
   */
  public void usedAfterIdle(long idleNanos, long limitNanos) {
    record(idleAge, idleNanos);
    if (limitNanos != Long.MAX_VALUE && idleUsed != null) {
      Guarded.meter(() -> idleUsed.record((double) idleNanos / limitNanos));
    }
  }

  /**
   * A repetition was withheld.
   *
   * @param kind which
   */
  public void withheld(RetryBudget.Kind kind) {
    count(HoldfastMeter.RETRIES_WITHHELD, 1, "kind", kind.tag());
  }

  private static void record(@Nullable Timer timer, long nanos) {
    if (timer != null) {
      Guarded.meter(() -> timer.record(nanos, TimeUnit.NANOSECONDS));
    }
  }

  private void count(HoldfastMeter meter, double amount, String... tags) {
    Counter counter = meters.counter(meter, tags);
    if (counter != null) {
      Guarded.meter(() -> counter.increment(amount));
    }
  }
}
