package dev.holdfast.connect;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many redials one remote address may cost: a token bucket after gRPC's retry throttling (gRFC
 * A6). A redial takes a token. A connect that succeeds puts its tokens back and half a one more;
 * one that fails leaves them spent. Below half the bucket nothing is redialled. So loss on the way
 * exhausts nothing, however heavy, while an address where nothing answers is soon dialled once per
 * connect. Time puts back a token every two seconds, so an address that has come back is noticed.
 * Thread-safe.
 */
public final class RedialBudget {

  static final double CAPACITY = 100;

  private static final double BONUS = 0.5;
  private static final double PER_SECOND = 0.5;
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTime;
  private double tokens = CAPACITY;
  private long refilled;

  /**
   * A full bucket.
   *
   * @param nanoTime the clock, {@link System#nanoTime} outside tests
   */
  public RedialBudget(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.refilled = nanoTime.getAsLong();
  }

  /**
   * Takes a token for a redial.
   *
   * @return false if the bucket is not above half: do not redial
   */
  public synchronized boolean take() {
    long now = nanoTime.getAsLong();
    put((now - refilled) / NANOS * PER_SECOND);
    refilled = now;
    if (tokens <= CAPACITY / 2) {
      return false;
    }
    tokens--;
    return true;
  }

  /**
   * A connect has succeeded.
   *
   * @param taken the tokens it took
   */
  public synchronized void succeeded(int taken) {
    put(taken + BONUS);
  }

  private void put(double more) {
    tokens = Math.min(CAPACITY, tokens + more);
  }
}
