package dev.holdfast.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for a condition with a deadline, in place of sleeping for a guessed time. */
public final class Await {
  private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();

  private Await() {}

  /**
   * Polls the condition every few milliseconds until it holds.
   *
   * @param what the awaited fact, for the error message
   * @param deadline how long to wait at most
   * @param condition what must become true
   * @throws IllegalStateException if the condition does not hold before the deadline, or the thread
   *     is interrupted (its interrupt status stays set)
   */
  public static void until(String what, Duration deadline, BooleanSupplier condition) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("Interrupted while waiting until " + what);
      }
      if (System.nanoTime() - end >= 0) {
        throw new IllegalStateException("Waited " + deadline + " in vain until " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /**
   * Lets time pass, all of it: a permit left over from an earlier wait would end a single park at
   * once, and a connection would not have been idle.
   *
   * @param time how long
   * @throws IllegalStateException if the thread is interrupted (its interrupt status stays set)
   */
  public static void idle(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("Interrupted while letting " + time + " pass");
      }
      LockSupport.parkNanos(left);
    }
  }
}
