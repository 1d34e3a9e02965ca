package dev.holdfast.wire;

import dev.holdfast.wire.WireProbe.KeepAliveSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Judges one connection while calls on it wait for answers, reading by reading, and says when the
 * next reading is due. A server that is silent has its kernel asked whether the path lives. Neither
 * reads nor keeps time itself. Confined to one thread.
 */
public final class FlightJudge {

  /** Between readings. Linux' smallest retransmission timeout: nothing can be learned faster. */
  public static final Duration SAMPLE = Duration.ofMillis(200);

  /** A server silent for this long while calls wait: ask its kernel whether the path lives. */
  public static final Duration POKE_AFTER = Duration.ofSeconds(1);

  /**
   * Data outstanding for so long has met more than a round trip. Before the first timeout, at
   * {@code TCP_RTO_MIN} at the least, a reading finds at least the difference to {@link #SAMPLE}.
   */
  private static final Duration STEADY_AFTER = SAMPLE.dividedBy(2);

  /** A tick of a kernel with HZ=250: readings closer together show nothing new. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(4);

  /** While a path is dark the verdict can change with each answer of a fresh connection. */
  private static final Duration PAUSE_OF_DARKNESS = Duration.ofMillis(40);

  private static final Duration LONGEST_POKE_PAUSE = Duration.ofMinutes(1);

  /**
   * Unanswered probes, one a second, before the kernel closes a poked connection: late, for that is
   * {@link PathTrial}'s to decide.
   */
  private static final int POKE_COUNT = 30;

  private final KernelPing kernel;
  private final AckProgress progress;
  private Duration pause = SAMPLE;
  private boolean steady;
  private @Nullable KeepAliveSettings beforePoke;
  private long pokedAtNanos;
  private long pokePauseNanos = POKE_AFTER.toNanos();
  private long silentNanos;

  /**
   * Nothing is in flight yet.
   *
   * @param kernel of the connection
   * @param nowNanos {@link System#nanoTime()}
   */
  public FlightJudge(KernelPing kernel, long nowNanos) {
    this.kernel = kernel;
    this.progress = new AckProgress(nowNanos);
    this.pokedAtNanos = nowNanos;
  }

  /**
   * A call is about to be sent, the first after a rest.
   *
   * @param nowNanos {@link System#nanoTime()}
   */
  public void begin(long nowNanos) {
    rest();
    pokedAtNanos = nowNanos;
    progress.begin(nowNanos);
  }

  /** Nothing waits any more: the connection's keepalive is the user's again. */
  public void rest() {
    restoreKeepAlive();
    pause = SAMPLE;
    pokePauseNanos = POKE_AFTER.toNanos();
  }

  /**
   * Judges a reading; see {@link WireJudge#inFlight}.
   *
   * @param wire a fresh reading
   * @param unheardNanos since payload last arrived
   * @return the verdict; what follows from {@link WireVerdict.Dead} is {@link PathTrial}'s to say
   */
  public WireVerdict judge(WireSnapshot wire, long unheardNanos) {
    long stalled = progress.sample(wire);
    silentNanos = wire.unacked() > 0 ? stalled : wire.lastAckRecvMillis() * 1_000_000;
    WireVerdict verdict = WireJudge.inFlight(wire, stalled, progress.resent());
    if (verdict instanceof WireVerdict.Dead) {
      pause = PAUSE_OF_DARKNESS;
    } else {
      askSilentPeer(wire, unheardNanos);
      repeatSteadily(wire, stalled);
      pause = verdict instanceof WireVerdict.Suspect ? pauseOfSuspect(wire, stalled) : SAMPLE;
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
   * Once for a connection, when it first matters, and not after a first timeout: the timer that is
   * armed then has doubled already, and would count for less than it waits.
   */
  private void repeatSteadily(WireSnapshot wire, long stalledNanos) {
    if (!steady && wire.retransmits() == 0 && stalledNanos >= STEADY_AFTER.toNanos()) {
      steady = true;
      kernel.repeatSteadily();
    }
  }

  /** While retransmissions go unanswered the next reading is due when the verdict can change. */
  private Duration pauseOfSuspect(WireSnapshot wire, long stalledNanos) {
    Duration holds = WireJudge.holdsFor(wire, stalledNanos, progress.resent());
    if (holds.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return holds.compareTo(SAMPLE) < 0 ? holds : SAMPLE;
  }

  /**
   * Everything is acknowledged and no answer comes: a slow server, or a path that died after the
   * acknowledgement. Only a kernel probe can tell, so one is sent; unanswered ones add up in {@link
   * WireSnapshot#probes()}.
   */
  private void askSilentPeer(WireSnapshot wire, long unheardNanos) {
    long now = wire.takenAtNanos();
    if (beforePoke != null) {
      if (wire.lastAckRecvMillis() < TimeUnit.NANOSECONDS.toMillis(now - pokedAtNanos)) {
        restoreKeepAlive();
      }
      return;
    }
    boolean silent =
        wire.source() == WireSource.EPOLL
            && wire.unacked() == 0
            && unheardNanos > POKE_AFTER.toNanos()
            && wire.lastAckRecvMillis() > POKE_AFTER.toMillis();
    if (silent && now - pokedAtNanos > pokePauseNanos) {
      KeepAliveSettings settings = kernel.keepAlive();
      if (kernel.poke(POKE_COUNT)) {
        beforePoke = settings;
        pokedAtNanos = now;
        pokePauseNanos = Math.min(2 * pokePauseNanos, LONGEST_POKE_PAUSE.toNanos());
      }
    }
  }

  private void restoreKeepAlive() {
    if (beforePoke != null) {
      kernel.restore(beforePoke);
      beforePoke = null;
    }
  }
}
