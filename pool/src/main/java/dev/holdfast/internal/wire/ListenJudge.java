package dev.holdfast.internal.wire;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;

/**
 * Judges a connection that only listens, reading by reading: nobody waits on it, so nobody would
 * miss what does not come. Once nothing was heard for a second its kernel is made to ask the
 * peer's, without a byte of payload. It is given up once several such probes are unanswered, a
 * fresh connection is answered, and a probe after that is not. Neither reads nor keeps time itself.
 * Confined to one thread.
 */
public final class ListenJudge {

  /**
   * Beside two round trips, so much is left for a late host at either end. A connection that never
   * sends has measured its round trip once, at its handshake, and whatever was late then makes its
   * own estimate patient for ever.
   */
  private static final Duration LATE = Duration.ofMillis(200);

  private final SilentPeer peer;
  private final SecondOpinion second;

  private boolean dark;
  private long heardAtNanos;

  /** Of a fresh connection that was answered while this one was not; zero if none was. */
  private Duration roundTrip = Duration.ZERO;

  private Duration pause = SilentPeer.ASKED_AFTER;

  /**
   * Nothing is known yet.
   *
   * @param kernel of the connection
   * @param second who is asked once probes are unanswered
   */
  public ListenJudge(KernelPing kernel, SecondOpinion second) {
    this.peer = new SilentPeer(kernel, System.nanoTime());
    this.second = new FirstAnswer(second);
  }

  /** The connection carries calls again, or ends: its keepalive is the user's. */
  public void rest() {
    peer.rest();
    dark = false;
    roundTrip = Duration.ZERO;
    pause = SilentPeer.ASKED_AFTER;
  }

  /**
   * Judges a reading.
   *
   * @param wire a fresh reading
   * @return the ruling
   */
  public Ruling judge(WireSnapshot wire) {
    if (wire.source() == WireSource.NONE) {
      pause = SilentPeer.ASKED_AFTER;
      return Ruling.Open.INSTANCE;
    }
    Duration silence = SilentPeer.silence(wire);
    if (peer.answered(wire)) {
      boolean wasDark = dark;
      long forNanos = wire.takenAtNanos() - heardAtNanos - silence.toNanos();
      rest();
      pause = SilentPeer.untilAsked(wire);
      return wasDark ? new Ruling.Lit(Duration.ofNanos(forNanos)) : Ruling.Open.INSTANCE;
    }
    if (!peer.asking() && silence.compareTo(SilentPeer.ASKED_AFTER) < 0) {
      pause = SilentPeer.untilAsked(wire);
      return Ruling.Open.INSTANCE;
    }
    return peer.asking() ? unanswered(wire, silence) : ask(wire);
  }

  private Ruling asBefore() {
    return dark ? Ruling.Dark.INSTANCE : Ruling.Open.INSTANCE;
  }

  private Duration due(WireSnapshot wire) {
    Duration own = Duration.ofNanos(wire.rttMicros() * 1_000);
    Duration now = roundTrip.isZero() || own.compareTo(roundTrip) < 0 ? own : roundTrip;
    return peer.due(wire, now.multipliedBy(2).plus(LATE));
  }

  /** A probe is unanswered, and what a fresh connection says to it is not known yet. */
  private boolean doubted() {
    return peer.unanswered() > 0 && roundTrip.isZero();
  }

  private Duration next(Duration due) {
    return doubted() && due.compareTo(LATE) > 0 ? LATE : due;
  }

  private Opinion ask() {
    Opinion opinion = second.ask(peer.askedNanos());
    if (opinion instanceof Opinion.Answered answered) {
      roundTrip = answered.took();
    }
    return opinion;
  }

  private Ruling ask(WireSnapshot wire) {
    peer.ask(wire);
    Duration due = due(wire);
    pause = due.isNegative() || due.isZero() ? SilentPeer.ASKED_AFTER : next(due);
    return asBefore();
  }

  private Ruling unanswered(WireSnapshot wire, Duration silence) {
    if (!peer.counted()) {
      Duration due = due(wire);
      if (doubted() && due.compareTo(Duration.ZERO) > 0) {
        ask();
        due = due(wire);
      }
      if (due.compareTo(Duration.ZERO) > 0) {
        pause = next(due);
        return asBefore();
      }
      peer.missed();
    }
    Opinion opinion = ask();
    if (peer.silent(wire, false)) {
      if (!dark) {
        dark = true;
        heardAtNanos = wire.takenAtNanos() - silence.toNanos();
      }
      if (opinion instanceof Opinion.Answered answered
          && peer.overdueProbeNanos() - answered.atNanos() > 0) {
        return new Ruling.Condemned(
            Cause.PROBES_UNANSWERED,
            peer.evidence(wire) + "; a fresh connection was answered",
            answered.darkness().isZero());
      }
    }
    Duration untilFree = peer.untilFree(wire);
    if (untilFree.compareTo(Duration.ZERO) <= 0) {
      return ask(wire);
    }
    pause = untilFree.compareTo(LATE) > 0 ? LATE : untilFree;
    return asBefore();
  }

  /**
   * When the next reading is due.
   *
   * @return from the latest
   */
  public Duration pause() {
    return pause;
  }
}
