package dev.holdfast.pool;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The time by which ages are counted: nanoseconds of the monotonic clock as of the last tick, plus
 * the time the machine was suspended, which that clock leaves out on Linux. A read costs 0.5 ns, a
 * clock read 28.
 *
 * <p>A suspension shows as wall-clock time without monotonic time. A wall clock that is set forward
 * looks the same and makes connections older than they are, which costs a proof; set back, it is
 * ignored. While no tick comes time stands still, so slow paths tick too.
 */
final class Ticker {

  /** Below it, wall clock and monotonic clock differ by slewing and rounding. */
  static final long SUSPENSION_NANOS = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final ReentrantLock ticking = new ReentrantLock();
  private long lastNanos;
  private long lastMillis;
  private long asleep;
  private long elapsed = 1;
  private volatile long suspended;
  private volatile long now = 1;

  Ticker(LongSupplier nanoTime, LongSupplier wallMillis) {
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
    this.lastNanos = nanoTime.getAsLong();
    this.lastMillis = wallMillis.getAsLong();
  }

  /** Above 0 and never less than before. */
  long now() {
    return now;
  }

  /** All time the machine was suspended. */
  long suspendedNanos() {
    return suspended;
  }

  /** Reads the clocks, unless another thread does. */
  void tick() {
    if (!ticking.tryLock()) {
      return;
    }
    try {
      long nanos = nanoTime.getAsLong();
      long millis = wallMillis.getAsLong();
      long passed = Math.max(0, nanos - lastNanos);
      long gap = (millis - lastMillis) * 1_000_000L - passed;
      if (gap > SUSPENSION_NANOS) {
        asleep += gap;
        suspended = asleep;
        passed += gap;
      }
      lastNanos = nanos;
      lastMillis = millis;
      elapsed += passed;
      now = elapsed;
    } finally {
      ticking.unlock();
    }
  }
}
