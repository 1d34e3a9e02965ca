package dev.holdfast.pool;

import dev.holdfast.internal.wire.SuspendClock;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The time by which ages are counted: nanoseconds of a {@link SuspendClock} as of the last tick. A
 * read costs 0.5 ns, a clock read 28. While no tick comes time stands still, so slow paths tick
 * too, and a borrow of a connection that was last used before this tick looks whether another is
 * due: when a machine wakes up, borrowers may run before the ticker does.
 */
final class Ticker {

  private final SuspendClock clock;
  private final ReentrantLock ticking = new ReentrantLock();
  private final long origin;
  private volatile long now = 1;

  Ticker(SuspendClock clock) {
    this.clock = clock;
    this.origin = clock.nanoTime() - 1;
  }

  /** Of a simulation in which no machine sleeps. */
  Ticker(LongSupplier nanoTime, LongSupplier wallMillis) {
    this(new SuspendClock(nanoTime, wallMillis, () -> OptionalLong.of(nanoTime.getAsLong())));
  }

  /** Above 0 and never less than before. */
  long now() {
    return now;
  }

  /** {@link #now()}, of a tick that is not overdue. Reads the clock. */
  long fresh() {
    if (clock.nanoTime() - origin - now >= PoolEnvironment.TICK_NANOS) {
      tick();
    }
    return now;
  }

  /** As {@link SuspendClock#doubts()}. */
  int doubts() {
    return clock.doubts();
  }

  /** Reads the clock. */
  void tick() {
    ticking.lock();
    try {
      now = Math.max(now, clock.nanoTime() - origin);
    } finally {
      ticking.unlock();
    }
  }
}
