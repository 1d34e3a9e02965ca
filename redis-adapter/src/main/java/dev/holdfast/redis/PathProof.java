package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One PING that proves an idle connection, end to end, before calls that must not run twice are
 * sent over it. Confined to the event loop.
 */
final class PathProof {

  /** Longest wait for the answer; the wait with nobody waiting, for whom patience costs nothing. */
  private static final Duration CEILING = Duration.ofSeconds(1);

  /** Linux' smallest retransmission timeout, {@code TCP_RTO_MIN} of {@code net/tcp.h}. */
  private static final Duration RTO_MIN = Duration.ofMillis(200);

  private final GuardedChannel guarded;
  private final Consumer<ProbeCommand> ping;
  private final Runnable onProved;

  private boolean pending;
  private boolean holdsAll;
  private boolean callerWaits;
  private long startedNanos;
  private long idleNanos;
  private @Nullable Future<?> deadline;
  private @Nullable Consumer<WireVerdict> asker;

  PathProof(GuardedChannel guarded, Consumer<ProbeCommand> ping, Runnable onProved) {
    this.guarded = guarded;
    this.ping = ping;
    this.onProved = onProved;
  }

  boolean pending() {
    return pending;
  }

  /** Whether even calls that may be replayed wait for the answer. */
  boolean holdsAll() {
    return holdsAll;
  }

  /** Sends the PING on behalf of a caller. */
  void begin(boolean holdAll) {
    start(holdAll);
    callerWaits();
  }

  /** Sends the PING with nobody waiting, to keep the flow alive and to find it dead early. */
  void beginInBackground() {
    start(false);
    awaitFor(CEILING);
  }

  private void start(boolean holdAll) {
    pending = true;
    holdsAll = holdAll;
    callerWaits = false;
    startedNanos = System.nanoTime();
    idleNanos = guarded.clocks().sincePayload(startedNanos);
    guarded.history().wakes(guarded.snapshot(startedNanos), idleNanos);
    ping.accept(new ProbeCommand(this::answered));
  }

  /** A caller's command is held behind the PING: from now on the short deadline counts. */
  void callerWaits() {
    if (!callerWaits) {
      callerWaits = true;
      awaitFor(callersPatience());
    }
  }

  /** Has the outcome told to one who asks besides; a pool asks once at a time. */
  void tell(Consumer<WireVerdict> one) {
    asker = one;
  }

  /** The channel is gone. */
  void abandon() {
    cancel();
    settle(lost(guarded));
  }

  static WireVerdict.Dead lost(GuardedChannel guarded) {
    Cause cause = guarded.causeOfDeath();
    return new WireVerdict.Dead(
        cause == null ? Cause.LOCAL_CLOSE : cause, "the channel is closed or about to be");
  }

  private void settle(WireVerdict verdict) {
    Consumer<WireVerdict> waiting = asker;
    asker = null;
    if (waiting != null) {
      waiting.accept(verdict);
    }
  }

  private void cancel() {
    pending = false;
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void answered() {
    if (!pending) {
      return;
    }
    cancel();
    guarded.meters().probed(true);
    guarded.proved(System.nanoTime(), Duration.ofNanos(idleNanos));
    settle(new WireVerdict.Usable());
    onProved.run();
  }

  private void awaitFor(Duration patience) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    deadline =
        guarded
            .channel()
            .eventLoop()
            .schedule(this::expired, patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Four round trips and one retransmission; without TCP_INFO neither is known. */
  private Duration callersPatience() {
    WireSnapshot wire = guarded.snapshot(System.nanoTime());
    if (wire.source() == WireSource.NONE && !guarded.settings().plan().terminated()) {
      return CEILING;
    }
    return wire.source() == WireSource.NONE ? RTO_MIN : WireJudge.answerWithin(wire, CEILING);
  }

  /**
   * No answer in time. If the peer's kernel has acknowledged the PING and no hop could have done so
   * in its place, the path lives and the server is slow: the answer is waited for as any other, and
   * {@link PathWatch} sees to the path.
   */
  private void expired() {
    if (!pending) {
      return;
    }
    long now = System.nanoTime();
    WireSnapshot wire = guarded.snapshot(now);
    boolean slowServer =
        wire.source() == WireSource.EPOLL
            && wire.unacked() == 0
            && !guarded.settings().plan().terminated();
    if (slowServer) {
      deadline = null;
      return;
    }
    guarded.meters().probed(false);
    guarded.condemn(
        Cause.PING_UNANSWERED,
        "no answer in %d ms; %s"
            .formatted(TimeUnit.NANOSECONDS.toMillis(now - startedNanos), wire.evidence()));
  }
}
