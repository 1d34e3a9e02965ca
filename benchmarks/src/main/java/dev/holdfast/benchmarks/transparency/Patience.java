package dev.holdfast.benchmarks.transparency;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * How long a program waits for what may never come.
 *
 * @param quiet without any progress, where calls are known that are never answered
 * @param longest where each must be
 */
record Patience(Duration quiet, Duration longest) {

  static final Patience SHORT = new Patience(Duration.ofMillis(150), Duration.ofSeconds(3));
  static final Patience LONG = new Patience(Duration.ofMillis(1_500), Duration.ofSeconds(20));

  private static final long POLL_NANOS = 200_000;

  void await(boolean openEnded, IntSupplier progress, BooleanSupplier done) {
    long patience = (openEnded ? quiet : longest).toNanos();
    int before = progress.getAsInt();
    long since = System.nanoTime();
    while (!done.getAsBoolean() && System.nanoTime() - since < patience) {
      LockSupport.parkNanos(POLL_NANOS);
      int now = progress.getAsInt();
      if (now != before) {
        before = now;
        since = System.nanoTime();
      }
    }
  }
}
