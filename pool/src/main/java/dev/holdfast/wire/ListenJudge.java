package dev.holdfast.wire;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.PathTrial.Ruling;
import dev.holdfast.wire.WireProbe.KeepAliveSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Judges a connection that only listens, reading by reading: nobody waits on it, so nobody would
 * miss what does not come. Once nothing was heard for a second its kernel is made to ask the
 * peer's, without a byte of payload. It is given up once several such probes are unanswered, a
 * fresh connection is answered, and a probe after that is not. Neither reads nor keeps time itself.
 * Confined to one thread.
 */
public final class ListenJudge {

  /** {@code TCP_KEEPIDLE} of a probe, its smallest value: silent for less, the kernel waits. */
  private static final Duration SILENT_FOR = Duration.ofMillis(1_004);

  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

  /** Lost by chance together less often than one in a thousand times on a path that loses 5 %. */
  private static final int PROBES_OF_DEATH = 3;

  /** Unanswered probes before the kernel closes the connection: late, for that is decided here. */
  private static final int POKE_COUNT = 30;

  private final KernelPing kernel;
  private final SecondOpinion second;
  private @Nullable KeepAliveSettings beforePoke;
  private long pokedAtNanos;
  private int probes;
  private boolean dark;
  private long heardAtNanos;
  private Duration pause = SILENT_FOR;

  /**
   * Nothing is known yet.
   *
   * @param kernel of the connection
   * @param second who is asked once probes are unanswered
   */
  public ListenJudge(KernelPing kernel, SecondOpinion second) {
    this.kernel = kernel;
    this.second = second;
  }

  /** The connection carries calls again, or ends: its keepalive is the user's. */
  public void rest() {
    if (beforePoke != null) {
      kernel.restore(beforePoke);
      beforePoke = null;
    }
    probes = 0;
    dark = false;
    pause = SILENT_FOR;
  }

  /**
   * Judges a reading.
   *
   * @param wire a fresh reading
   * @return the ruling
   */
  public Ruling judge(WireSnapshot wire) {
    long now = wire.takenAtNanos();
    long silentMillis = silentMillis(wire);
    long silent = TimeUnit.MILLISECONDS.toNanos(silentMillis);
    if (wire.source() == WireSource.NONE) {
      pause = SILENT_FOR;
      return Ruling.Open.INSTANCE;
    }
    if (beforePoke != null && silent < now - pokedAtNanos) {
      boolean wasDark = dark;
      long forNanos = now - heardAtNanos - silent;
      rest();
      pauseUntilSilent(silentMillis);
      return wasDark ? new Ruling.Lit(Duration.ofNanos(forNanos)) : Ruling.Open.INSTANCE;
    }
    if (beforePoke == null) {
      if (silentMillis < SILENT_FOR.toMillis()) {
        pauseUntilSilent(silentMillis);
      } else {
        beforePoke = kernel.keepAlive();
        poke(wire);
      }
      return Ruling.Open.INSTANCE;
    }
    return unanswered(wire, now, now - silent);
  }

  private Ruling unanswered(WireSnapshot wire, long now, long since) {
    Duration patience = WireJudge.answerWithin(wire, LONGEST_ANSWER);
    if (now - pokedAtNanos < patience.toNanos()) {
      pause = patience.minusNanos(now - pokedAtNanos);
      return dark ? Ruling.Dark.INSTANCE : Ruling.Open.INSTANCE;
    }
    Opinion opinion = second.ask(since);
    if (probes < PROBES_OF_DEATH) {
      poke(wire);
      return Ruling.Open.INSTANCE;
    }
    if (!dark) {
      dark = true;
      heardAtNanos = since;
    }
    if (opinion instanceof Opinion.Answered answered && pokedAtNanos - answered.atNanos() > 0) {
      return new Ruling.Condemned(
          Cause.PROBES_UNANSWERED,
          "nothing heard for %d ms, %d probes unanswered; a fresh connection was answered"
              .formatted(TimeUnit.NANOSECONDS.toMillis(now - since), probes),
          answered.darkness().isZero());
    }
    poke(wire);
    return Ruling.Dark.INSTANCE;
  }

  private void poke(WireSnapshot wire) {
    pokedAtNanos = wire.takenAtNanos();
    probes++;
    kernel.poke(POKE_COUNT);
    pause = WireJudge.answerWithin(wire, LONGEST_ANSWER);
  }

  private void pauseUntilSilent(long silentMillis) {
    pause = Duration.ofMillis(Math.max(1, SILENT_FOR.toMillis() - silentMillis));
  }

  /** Payload that acknowledges nothing new leaves {@code last_ack_recv} as it is. */
  private static long silentMillis(WireSnapshot wire) {
    return Math.min(wire.lastAckRecvMillis(), wire.lastDataRecvMillis());
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
