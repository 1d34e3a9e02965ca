package dev.holdfast.pool;

import dev.holdfast.internal.wire.SuspendClock;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The time by which ages are counted: nanoseconds of a {@link SuspendClock}. While it ticks they
 * are those of the last tick: a read costs 0.5 ns, a clock read 28. While no tick comes time stands
 * still, so slow paths tick too, and a borrow of a connection that was last used before this tick
 * looks whether another is due: when a machine wakes up, borrowers may run before the ticker does.
 *
 * <p>A hundred ticks a second cost more than the few reads of pools that are little used, so it
 * rests until it is read often, and then each read is of the clock.
 */
final class Ticker {

  /** So many reads of the clock within the time of a tick cost as much as ticking does. */
  private static final int BUSY_READS = 200;

  private final SuspendClock clock;
  private final ReentrantLock ticking = new ReentrantLock();
  private final long origin;

  /** Guarded by {@link #ticking}. */
  private long countedFrom;

  /** Guarded by {@link #ticking}. */
  private int reads;

  /** Begins the ticks, at any read while it rests; to be followed by {@link #rest} some time. */
  private volatile Runnable onBusy = () -> {};

  /** Negative while it rests. */
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
    long seen = now;
    return seen > 0 ? seen : read();
  }

  /** {@link #now()}, of a tick that is not overdue. Reads the clock. */
  long fresh() {
    long seen = now;
    if (seen > 0 && clock.nanoTime() - origin - seen >= PoolEnvironment.TICK_NANOS) {
      tick();
    }
    return now();
  }

  /** As {@link SuspendClock#doubts()}. */
  int doubts() {
    return clock.doubts();
  }

  /** Reads the clock. */
  void tick() {
    ticking.lock();
    try {
      long at = Math.max(Math.abs(now), clock.nanoTime() - origin);
      now = now > 0 ? at : -at;
    } finally {
      ticking.unlock();
    }
  }

  /**
   * Stops ticking.
   *
   * @param whenBusy has it tick again; runs on the thread of whoever reads
   */
  void rest(Runnable whenBusy) {
    ticking.lock();
    try {
      onBusy = whenBusy;
      now = -Math.abs(now);
    } finally {
      ticking.unlock();
    }
  }

  private long read() {
    boolean busy;
    long at;
    ticking.lock();
    try {
      at = Math.max(Math.abs(now), clock.nanoTime() - origin);
      busy = isBusy(at);
      now = busy ? at : -at;
    } finally {
      ticking.unlock();
    }
    if (busy) {
      onBusy.run();
    }
    return at;
  }

  private boolean isBusy(long at) {
    if (now > 0) {
      return false; // another read has begun the ticks
    }
    if (at - countedFrom >= PoolEnvironment.TICK_NANOS) {
      countedFrom = at;
      reads = 0;
    }
    return ++reads >= BUSY_READS;
  }
}
