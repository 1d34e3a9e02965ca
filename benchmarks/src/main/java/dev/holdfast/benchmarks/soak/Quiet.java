package dev.holdfast.benchmarks.soak;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Whether the callers pause, so that connections become idle. Thread-safe. */
final class Quiet {

  private static final Duration LOOKS_EVERY = Duration.ofMillis(10);

  private volatile boolean quiet;

  void begin() {
    quiet = true;
  }

  void end() {
    quiet = false;
  }

  void await() throws InterruptedException {
    while (quiet) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(LOOKS_EVERY.toNanos());
    }
  }
}
