package dev.holdfast.internal.wire;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.WireSigns;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a diagnosis needs to know of one connection's past: the readings of the kernel's view, and
 * the first write after an idle time. Confined to one thread, the connection's event loop.
 */
public final class WireHistory {

  /** A reading older than this says nothing of what is in flight: samples come more often. */
  private static final Duration STALE = Duration.ofSeconds(1);

  /** Then the last reading is not of the data in flight, and only its round trip is of use. */
  private static final Set<Cause> ENDED_BY_PEER = EnumSet.of(Cause.PEER_CLOSED, Cause.PEER_RESET);

  /** {@code last_ack_recv} counts the kernel's ticks, of 10 ms at HZ=100. */
  private static final long TICK_MILLIS = 10;

  private @Nullable WireSnapshot latest;
  private @Nullable WireSnapshot beforeWrite;
  private @Nullable WireSnapshot atReset;
  private boolean backlog;
  private boolean woken;
  private long wroteAtNanos;
  private long idleNanos;

  /** Creates the history of a new connection. */
  public WireHistory() {}

  /**
   * The kernel was read.
   *
   * @param snapshot the reading
   * @param backlog whether the channel is not writable: the socket takes no more. With nothing
   *     unacknowledged that is a shut window
   * @return how many segments were sent again since the reading before
   */
  public long took(WireSnapshot snapshot, boolean backlog) {
    long before = latest == null ? 0 : latest.totalRetrans();
    latest = snapshot;
    this.backlog = backlog;
    return Math.max(0, snapshot.totalRetrans() - before); // nothing where it cannot be read
  }

  /**
   * Something is about to be written for the first time after an idle time.
   *
   * @param before a reading taken just now
   * @param idle nanoseconds without payload
   */
  public void wakes(WireSnapshot before, long idle) {
    wakes(before.takenAtNanos(), idle);
    took(before, false);
    beforeWrite = before;
  }

  /**
   * The same without a reading: nothing was outstanding, and the kernel has had no reason yet to
   * ask its peer. What a reading would have told follows from the next one, if there is one before
   * anything is acknowledged.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @param idle nanoseconds without payload
   */
  public void wakes(long nowNanos, long idle) {
    woken = true;
    backlog = false;
    beforeWrite = null;
    wroteAtNanos = nowNanos;
    idleNanos = idle;
  }

  /**
   * A reset was met and the socket is not yet closed. Its kernel has dropped what was
   * unacknowledged, but still knows what it repeated and when it last heard an acknowledgement:
   * {@code tcp_reset} touches neither.
   *
   * @param snapshot a reading taken just now
   */
  public void reset(WireSnapshot snapshot) {
    if (atReset == null && snapshot.source() != WireSource.NONE) {
      atReset = snapshot;
    }
  }

  /**
   * What is known at the connection's end.
   *
   * @param cause what the client saw
   * @param inFlight whether something was sent that had no answer yet
   * @param clocks the connection's clocks
   * @param plan what the user declared
   * @param nowNanos {@link System#nanoTime()}
   * @return signs, to be completed by what the connection itself cannot know
   */
  public DeathSigns.Builder signs(
      Cause cause, boolean inFlight, ConnectionClocks clocks, ConnectionPlan plan, long nowNanos) {
    DeathSigns.Builder signs = DeathSigns.of(cause).inFlight(inFlight).plan(plan);
    boolean justWoken = inFlight && woken && clocks.sinceRead(nowNanos) >= nowNanos - wroteAtNanos;
    if (!inFlight) {
      signs.idle(Duration.ofNanos(clocks.sincePayload(nowNanos)));
    } else if (justWoken) {
      signs
          .idle(Duration.ofNanos(idleNanos))
          .sinceWrite(Duration.ofNanos(nowNanos - wroteAtNanos))
          .heardWhileIdle(heardWhileIdle(plan));
      addRetransmissions(signs);
    }
    WireSnapshot reading = latest;
    if (reading != null
        && reading.source() != WireSource.NONE
        && (ENDED_BY_PEER.contains(cause) || isOfThis(reading, inFlight, justWoken, nowNanos))) {
      signs.wire(signs(reading));
    }
    return signs;
  }

  private boolean isOfThis(
      WireSnapshot reading, boolean inFlight, boolean justWoken, long nowNanos) {
    if (!inFlight) {
      return true;
    }
    boolean afterWrite = !justWoken || reading.takenAtNanos() > wroteAtNanos;
    return afterWrite && nowNanos - reading.takenAtNanos() <= STALE.toNanos();
  }

  private void addRetransmissions(DeathSigns.Builder signs) {
    WireSnapshot end = atReset;
    if (end != null) {
      signs.acknowledgedBeforeReset(Answer.of(acknowledgedSinceWrite(end)));
    }
    WireSnapshot after = afterWrite();
    if (after == null) {
      return;
    }
    WireSnapshot before = beforeWrite;
    if (before != null) {
      signs.retransmissions(after.totalRetrans() - before.totalRetrans());
    } else if (after.totalRetrans() == 0 || after.retransmits() > 0) {
      signs.retransmissions(after.retransmits()); // of this write; more may be of earlier ones
    }
  }

  /** The latest reading of what has been in flight since the connection woke. */
  private @Nullable WireSnapshot afterWrite() {
    WireSnapshot after = atReset == null ? latest : atReset;
    return after != null && after.source() != WireSource.NONE && after.takenAtNanos() > wroteAtNanos
        ? after
        : null;
  }

  private long sinceWriteMillis(WireSnapshot reading) {
    return (reading.takenAtNanos() - wroteAtNanos) / 1_000_000;
  }

  private boolean acknowledgedSinceWrite(WireSnapshot reading) {
    return reading.lastAckRecvMillis() + TICK_MILLIS < sinceWriteMillis(reading);
  }

  /** Answered keepalive probes show in {@code last_ack_recv}, well below the idle time. */
  private Answer heardWhileIdle(ConnectionPlan plan) {
    WireSnapshot before = beforeWrite;
    if (plan.terminated()) {
      return Answer.UNKNOWN;
    }
    if (before != null) {
      return before.source() == WireSource.NONE
          ? Answer.UNKNOWN
          : heardWithin(before.lastAckRecvMillis());
    }
    WireSnapshot after = afterWrite();
    return after == null || acknowledgedSinceWrite(after)
        ? Answer.UNKNOWN
        : heardWithin(Math.max(0, after.lastAckRecvMillis() - sinceWriteMillis(after)));
  }

  private Answer heardWithin(long silentMillis) {
    return Answer.of(2 * silentMillis * 1_000_000 < idleNanos);
  }

  private WireSigns signs(WireSnapshot reading) {
    return new WireSigns(
        reading.unacked(),
        backlog ? Answer.YES : Answer.UNKNOWN,
        reading.retransmits(),
        reading.probes(),
        Duration.ofMillis(reading.lastAckRecvMillis()),
        Duration.ofNanos(reading.rttMicros() * 1_000));
  }
}
