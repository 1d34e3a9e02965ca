package dev.holdfast.internal.wire;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Judges one connection while calls on it wait for answers, reading by reading, and says when the
 * next reading is due. A server that is silent has its kernel asked whether the path lives. Neither
 * reads nor keeps time itself. Confined to one thread.
 */
public final class FlightJudge {

  /** Between readings. Linux' smallest retransmission timeout: nothing can be learned faster. */
  public static final Duration SAMPLE = Duration.ofMillis(200);

  /** A server silent for this long while calls wait has its kernel asked whether the path lives. */
  public static final Duration POKE_AFTER = SilentPeer.KERNEL_WAITS;

  /**
   * Data outstanding for so long has met more than a round trip. Before the first timeout, at
   * {@code TCP_RTO_MIN} at the least, a reading finds at least the difference to {@link #SAMPLE}.
   */
  private static final Duration STEADY_AFTER = SAMPLE.dividedBy(2);

  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(1);

  /** A tick of a kernel with HZ=250: readings closer together show nothing new. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(4);

  /**
   * While a path is dark the verdict can change with each answer of a fresh connection: so long at
   * least, and a share of the silence.
   */
  private static final Duration PAUSE_OF_DARKNESS = Duration.ofMillis(40);

  private static final int LOOKS_AT_DARKNESS = 32;

  /** Many that fall silent one after the other are looked at together. */
  private static final Duration SOON_ENOUGH = Duration.ofMillis(20);

  private final KernelPing kernel;
  private final AckProgress progress;
  private Duration pause = SAMPLE;
  private boolean steady;
  private @Nullable SilentPeer peer;
  private long beganNanos;
  private long silentNanos;
  private long readNanos;

  /**
   * Nothing is in flight yet.
   *
   * @param kernel of the connection
   * @param nowNanos {@link System#nanoTime()}
   */
  public FlightJudge(KernelPing kernel, long nowNanos) {
    this.kernel = kernel;
    this.progress = new AckProgress(nowNanos);
    this.beganNanos = nowNanos;
  }

  /**
   * A call is about to be sent, the first after a rest.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void begin(long nowNanos) {
    rest();
    beganNanos = nowNanos;
    progress.begin(nowNanos);
  }

  /** Nothing waits any more: the connection's keepalive is the user's again. */
  public void rest() {
    restPeer();
    pause = SAMPLE;
  }

  /**
   * Judges a reading; see {@link WireJudge#inFlight}.
   *
   * @param wire a fresh reading
   * @param unheardNanos since payload last arrived
   * @return the verdict; what follows from {@link WireVerdict.Dead} is {@link PathTrial}'s to say
   */
  public WireVerdict judge(WireSnapshot wire, long unheardNanos) {
    readNanos = wire.takenAtNanos();
    long stalled = progress.sample(wire);
    silentNanos = wire.unacked() > 0 ? stalled : wire.lastAckRecvMillis() * 1_000_000;
    if (wire.source() == WireSource.EPOLL && wire.unacked() == 0 && isSilent(wire, unheardNanos)) {
      return judgeSilent(wire, silentPeer());
    }
    if (wire.backoff() > 0 && wire.unacked() == 0) {
      silentPeer().sampleWindowProbes(wire);
    } else {
      leavePeer(wire);
    }
    WireVerdict verdict = WireJudge.inFlight(wire, stalled, progress.resent(), more(wire));
    if (verdict instanceof WireVerdict.Dead) {
      pause = pauseOfDarkness();
    } else {
      repeatSteadily(wire, stalled);
      pause =
          verdict instanceof WireVerdict.Suspect
              ? pauseOfSuspect(wire, stalled)
              : pauseUntilSilent(wire);
    }
    return verdict;
  }

  /**
   * How long nothing had been heard, as of the latest reading.
   *
   * @return nanoseconds without an acknowledgement of what is outstanding or, where nothing is,
   *     without any
   */
  public long silentNanos() {
    return silentNanos;
  }

  /**
   * How long the latest verdict holds, at most {@link #SAMPLE}.
   *
   * @return until the next reading
   */
  public Duration pause() {
    return pause;
  }

  /**
   * The same where nobody waits for an answer: while everything is acknowledged, a look is due once
   * the peer has been silent for long enough to be asked.
   *
   * @param wire the latest reading
   * @return until the next reading
   */
  public Duration pauseOfListener(WireSnapshot wire) {
    return pause.equals(SAMPLE) && wire.unacked() == 0 && !asking()
        ? SilentPeer.untilAsked(wire)
        : pause;
  }

  /**
   * Once for a connection, when it first matters, and not after a first timeout: the timer that is
   * armed then has doubled already, and would count for less than it waits.
   */
  private void repeatSteadily(WireSnapshot wire, long stalledNanos) {
    if (!steady && wire.retransmits() == 0 && stalledNanos >= STEADY_AFTER.toNanos()) {
      steady = true;
      kernel.repeatSteadily();
      kernel.repeatWithin(longestTimeout(wire));
    }
  }

  /** The smallest that Linux takes, and well above the base: a slow path is not a lossy one. */
  private static Duration longestTimeout(WireSnapshot wire) {
    Duration base = wire.baseRto().multipliedBy(4);
    return base.compareTo(LONGEST_TIMEOUT) > 0 ? base : LONGEST_TIMEOUT;
  }

  private int more(WireSnapshot wire) {
    return progress.lossy(wire.takenAtNanos()) ? WireJudge.MORE_ON_A_LOSSY_PATH : 0;
  }

  /** While retransmissions go unanswered the next reading is due when the verdict can change. */
  private Duration pauseOfSuspect(WireSnapshot wire, long stalledNanos) {
    return sooner(WireJudge.holdsFor(wire, stalledNanos, progress.resent(), more(wire)));
  }

  private Duration pauseOfDarkness() {
    Duration share = Duration.ofNanos(silentNanos / LOOKS_AT_DARKNESS);
    return share.compareTo(PAUSE_OF_DARKNESS) < 0 ? PAUSE_OF_DARKNESS : sooner(share);
  }

  /** Of a peer that may be asked before the next sample, for it to be asked in time. */
  private static Duration pauseUntilSilent(WireSnapshot wire) {
    Duration left = SilentPeer.untilAsked(wire).plus(SOON_ENOUGH);
    boolean soon = wire.unacked() == 0 && SilentPeer.silence(wire).compareTo(SAMPLE) > 0;
    return soon && wire.source() == WireSource.EPOLL ? sooner(left) : SAMPLE;
  }

  private SilentPeer silentPeer() {
    SilentPeer known = peer;
    if (known == null) {
      known = new SilentPeer(kernel, beganNanos);
      peer = known;
    }
    return known;
  }

  private boolean asking() {
    SilentPeer asked = peer;
    return asked != null && asked.asking();
  }

  /** The connection's keepalive is the user's again. */
  private void restPeer() {
    SilentPeer asked = peer;
    if (asked != null) {
      asked.rest();
    }
  }

  /** The same, and what it knows of the path is kept only while that matters. */
  private void leavePeer(WireSnapshot wire) {
    SilentPeer asked = peer;
    restPeer();
    if (asked != null && !asked.remembersLoss(wire)) {
      peer = null;
    }
  }

  /**
   * Whether everything was acknowledged a while ago and nothing has come since. Behind a shut
   * window the kernel asks by itself, ever more rarely, and sends no other probe while it has
   * something to send: its own count says what is unanswered.
   */
  private boolean isSilent(WireSnapshot wire, long unheardNanos) {
    if (wire.backoff() > 0) {
      return false;
    }
    SilentPeer asked = peer;
    if (asked != null && asked.asking()) {
      return !asked.answered(wire);
    }
    long least = SilentPeer.ASKED_AFTER.toNanos();
    return unheardNanos >= least
        && SilentPeer.silence(wire).toNanos() >= least
        && wire.takenAtNanos() - beganNanos >= least;
  }

  /**
   * Everything is acknowledged and no answer comes: a slow server, one that has nothing to say, or
   * a path that died after the acknowledgement. Only its kernel can tell, so it is asked, again
   * every second for as long as it answers: a call that waits long is not deaf for long.
   */
  private WireVerdict judgeSilent(WireSnapshot wire, SilentPeer peer) {
    if (!peer.asking()) {
      peer.ask(wire);
      pause = sooner(peer.due(wire));
      return suspicion(wire, peer);
    }
    if (!peer.counted()) {
      Duration due = peer.due(wire);
      if (due.compareTo(Duration.ZERO) > 0) {
        pause = sooner(due);
        return suspicion(wire, peer);
      }
      peer.missed();
    }
    WireVerdict verdict =
        peer.silent(wire, progress.lossy(wire.takenAtNanos()))
            ? new WireVerdict.Dead(
                Cause.PROBES_UNANSWERED, peer.evidence(wire) + "; " + wire.evidence())
            : suspicion(wire, peer);
    Duration untilFree = peer.untilFree(wire);
    if (untilFree.compareTo(Duration.ZERO) <= 0) {
      peer.ask(wire);
    }
    pause = sooner(peer.counted() ? untilFree : peer.due(wire));
    return verdict;
  }

  private static WireVerdict suspicion(WireSnapshot wire, SilentPeer peer) {
    return peer.unanswered() > 0
        ? new WireVerdict.Suspect(wire.evidence())
        : WireVerdict.Usable.INSTANCE;
  }

  private static Duration sooner(Duration due) {
    if (due.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return due.compareTo(SAMPLE) < 0 ? due : SAMPLE;
  }

  /**
   * When that was sent which is not answered, as of the latest reading: nothing that was learned of
   * the path before says anything of that.
   *
   * @return {@link System#nanoTime()} of what is outstanding or, where nothing is, of the first
   *     probe; where there is none either, since when nothing was heard
   */
  public long askedNanos() {
    SilentPeer asked = peer;
    return asked != null && asked.asking() ? asked.askedNanos() : readNanos - silentNanos;
  }

  /**
   * When the latest probe left whose answer is overdue, as of a reading that was found {@link
   * WireVerdict.Dead} with nothing outstanding.
   *
   * @return {@link System#nanoTime()}
   */
  public long overdueProbeNanos() {
    SilentPeer asked = peer;
    return asked == null ? beganNanos : asked.overdueProbeNanos();
  }
}
