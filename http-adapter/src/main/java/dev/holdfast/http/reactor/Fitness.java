package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.path.IdleZone;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.util.function.BooleanSupplier;

/** Whether a connection may carry a request: the ladder, cheapest evidence first. */
enum Fitness {
  /** Use it. */
  FIT,
  /** Prove it first. */
  UNPROVED,
  /** Condemned: take another. */
  UNFIT;

  /** {@code last_data_recv} counts the kernel's ticks, of 10 ms at HZ=100; one on either side. */
  private static final long TICKS_MILLIS = 20;

  /**
   * Judges an idle connection, and condemns it if it is no good. On its event loop.
   *
   * @param mustNotFail whether the request could not simply be sent again; asked only if it matters
   */
  static Fitness of(GuardedConnection guarded, BooleanSupplier mustNotFail) {
    if (guarded.doomed() || !guarded.channel().isActive()) {
      return UNFIT;
    }
    long now = System.nanoTime();
    long idle = guarded.clocks().sincePayload(now);
    if (guarded.retirement().used() == 0 && idle < guarded.probeAfterNanos()) {
      return FIT; // dialled for this call, most likely
    }
    Arrivals.handOn(guarded);
    if (guarded.doomed() || !guarded.channel().isActive()) {
      return UNFIT;
    }
    if (idle >= IdleWitness.LEAST_NANOS) {
      guarded.guard().meters().usedAfterIdle(idle, guarded.idleRecord().limitNanos());
    }
    IdleZone zone = guarded.retirement().zone(now);
    if (zone == IdleZone.EXPIRED || (zone == IdleZone.WARN && !guarded.wired())) {
      guarded.condemn(Cause.IDLE_LIMIT, "idle for too long when it was to be used");
      return UNFIT;
    }
    boolean past = guarded.idleRecord().isPastLearned(idle);
    if (zone == IdleZone.FRESH && idle < guarded.probeAfterNanos() && !past) {
      return FIT; // a FIN, an RST or bytes were found above; the kernel knows no more so soon
    }
    if (past && mustNotFail.getAsBoolean()) {
      guarded.condemn(Cause.IDLE_LIMIT, "idle past the learned limit when it was to be used");
      return UNFIT;
    }
    return guarded.wired() ? read(guarded, zone, past, now, idle, mustNotFail) : FIT;
  }

  /**
   * Judges a connection whose streams have been silent, as those of server-sent events are. Its age
   * is the streams' business, so it is condemned for what the kernel knows and nothing else.
   */
  static Fitness besideStreams(GuardedConnection guarded) {
    if (guarded.doomed() || !guarded.channel().isActive()) {
      return UNFIT;
    }
    long now = System.nanoTime();
    if (!guarded.wired() || guarded.clocks().sincePayload(now) < guarded.probeAfterNanos()) {
      return FIT;
    }
    WireSnapshot wire = guarded.snapshot(now);
    if (ended(wire) instanceof WireVerdict.Dead dead) {
      guarded.condemn(dead.cause(), dead.evidence());
      return UNFIT;
    }
    boolean proved = wire.lastAckRecvMillis() * 1_000_000 < guarded.probeAfterNanos();
    return proved || wire.unacked() > 0 ? FIT : UNPROVED; // the kernel probes no path in use
  }

  /**
   * Whether its event loop would call it fit too, as far as can be seen from here: payload passed
   * so lately that nobody asks its path. Any thread.
   */
  static boolean isFresh(GuardedConnection guarded) {
    long now = System.nanoTime();
    long idle = guarded.clocks().sincePayload(now);
    return idle < Math.min(guarded.probeAfterNanos(), IdleWitness.LEAST_NANOS)
        && guarded.retirement().zone(now) == IdleZone.FRESH
        && !guarded.idleRecord().isPastLearned(idle);
  }

  private static Fitness read(
      GuardedConnection guarded,
      IdleZone zone,
      boolean past,
      long now,
      long idle,
      BooleanSupplier mustNotFail) {
    // One system call finds a FIN or an RST that has arrived and was not read yet.
    WireSnapshot wire = guarded.snapshot(now);
    WireVerdict verdict = ended(wire);
    if (verdict instanceof WireVerdict.Dead dead) {
      guarded.condemn(dead.cause(), dead.evidence());
      return UNFIT;
    }
    if (unread(guarded, wire, now)) {
      guarded.condemn(Cause.PEER_CLOSED, "bytes arrived that answer no request, unread");
      return UNFIT;
    }
    if (idle < guarded.probeAfterNanos() && !past) {
      return FIT;
    }
    boolean doubtful = past || verdict instanceof WireVerdict.Suspect;
    if (!doubtful && wire.lastAckRecvMillis() * 1_000_000 < guarded.probeAfterNanos()) {
      return FIT; // keepalive has just proved it
    }
    return doubtful || zone == IdleZone.WARN || mustNotFail.getAsBoolean() || guarded.suspect(now)
        ? UNPROVED
        : FIT;
  }

  /**
   * Judges a connection that is to be used. Probes that went unanswered while nobody waited speak
   * of the path, which may be dark to all: only {@link PathProof} can tell.
   */
  private static WireVerdict ended(WireSnapshot wire) {
    WireVerdict verdict = WireJudge.idle(wire);
    return verdict instanceof WireVerdict.Dead dead && dead.cause() == Cause.PROBES_UNANSWERED
        ? new WireVerdict.Suspect(dead.evidence())
        : verdict;
  }

  /** Whether the kernel has payload that is younger than the last that was read from it. */
  private static boolean unread(GuardedConnection guarded, WireSnapshot wire, long now) {
    long sinceRead = guarded.clocks().sinceRead(now) / 1_000_000;
    return wire.lastDataRecvMillis() + TICKS_MILLIS < sinceRead;
  }
}
