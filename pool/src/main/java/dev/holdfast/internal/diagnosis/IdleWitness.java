package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One connection's part in learning how long its address keeps idle connections, and what was
 * learned for it. Thread-safe.
 */
public final class IdleWitness {

  /** A connection idle for less counts as one in use: nothing is learned of it. Nanoseconds. */
  public static final long LEAST_NANOS = 1_000_000_000L;

  private final IdleLimit limit;
  private final long number;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private volatile long outlivedNanos;

  IdleWitness(IdleLimit limit, long number) {
    this.limit = limit;
    this.number = number;
  }

  /**
   * What is known of its address.
   *
   * @return the limit that all its connections share
   */
  public IdleLimit limit() {
    return limit;
  }

  /**
   * The connection was used with success after an idle time.
   *
   * @param idle how long it had been idle
   */
  public void reused(Duration idle) {
    limit.reused(idle, number);
    outlivedNanos = Math.max(outlivedNanos, idle.toNanos());
  }

  /** The connection is closed, by whomever, and counts no longer as open. May be called again. */
  public void closed() {
    if (open.compareAndSet(true, false)) {
      limit.closed();
    }
  }

  /**
   * The connection ended, and counts no longer as open. An end at an age that it had outlived
   * before is none of the path's: without this, every end that a periodic ping meets would be of
   * one age.
   *
   * @param age how long it had been idle at its end, or at the first use after which it ended
   * @param signs what was seen of the end
   * @param diagnosis what they say
   * @return what to run if a new connection works at once, for silence is no sample without
   */
  public Optional<Runnable> ended(Duration age, DeathSigns signs, Diagnosis diagnosis) {
    closed();
    return age.toNanos() <= outlivedNanos
        ? Optional.empty()
        : limit.ended(age, signs.cause(), diagnosis);
  }
}
