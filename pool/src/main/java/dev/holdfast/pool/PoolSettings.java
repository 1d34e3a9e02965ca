package dev.holdfast.pool;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.BackOff;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a pool was built with. Checked by {@link PoolBuilder}; times in nanoseconds. */
record PoolSettings(
    String name,
    ConnectionPlan plan,
    int maxSize,
    int minIdle,
    int maxConnecting,
    int maxWaiters,
    Duration acquireTimeout,
    Duration connectTimeout,
    Optional<Duration> idleTimeout,
    Optional<Duration> leakAfter,
    int leakSample,
    boolean exactLeases,
    BackOff backOff) {

  /** Longer than any uptime, and two of them still add up. */
  static final long NEVER = Long.MAX_VALUE / 4;

  private static final long SHORTEST_SWEEP = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_SWEEP = TimeUnit.SECONDS.toNanos(5);
  private static final int SWEEPS_PER_AGE = 16;

  /** Idle for so long a connection is lent only after a proof, or never if there is none. */
  long lendNanos() {
    Optional<Duration> age = provable() ? plan.warnAge() : plan.maxIdleAge();
    return age.map(PoolSettings::nanos).orElse(NEVER) - 2 * PoolEnvironment.TICK_NANOS;
  }

  /** Idle for so long a connection is closed unasked. */
  long safeNanos() {
    return plan.maxIdleAge().map(PoolSettings::nanos).orElse(NEVER);
  }

  boolean provable() {
    return plan.pingAllowed();
  }

  long idleTimeoutNanos() {
    return idleTimeout.map(PoolSettings::nanos).orElse(NEVER);
  }

  long leakNanos() {
    return leakAfter.map(PoolSettings::nanos).orElse(NEVER);
  }

  /** Lease numbers without these bits are sampled; they begin at 1. */
  long sampleMask() {
    return leakAfter.isPresent() ? leakSample - 1L : -1L;
  }

  long sweepNanos() {
    long shortest =
        Math.min(lendNanos() / SWEEPS_PER_AGE, Math.min(idleTimeoutNanos() / 4, leakNanos() / 4));
    return Math.max(SHORTEST_SWEEP, Math.min(LONGEST_SWEEP, shortest));
  }

  static long nanos(Duration time) {
    return Math.max(0, Math.min(NEVER, TimeUnit.NANOSECONDS.convert(time)));
  }
}
