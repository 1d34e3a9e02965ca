package dev.holdfast.benchmarks.soak;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A thread of one client that makes one call after the other. */
final class Worker implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(30);
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

  private final Step step;
  private final Quiet quiet;
  private final Thread thread;
  private volatile boolean running = true;
  private volatile long answeredAt = System.nanoTime();

  /** Makes the calls of one round. */
  @FunctionalInterface
  interface Step {

    /**
     * Runs.
     *
     * @param number of the round, from 0
     * @return whether all calls were answered
     */
    boolean run(long number) throws InterruptedException;
  }

  Worker(ThreadGroup group, String name, Quiet quiet, Step step) {
    this.step = step;
    this.quiet = quiet;
    this.thread = new Thread(group, this::work, "soak-" + name);
    thread.setDaemon(true);
  }

  Worker start() {
    thread.start();
    return this;
  }

  private void work() {
    try {
      for (long number = 0; running; number++) {
        quiet.await();
        if (step.run(number)) {
          answeredAt = System.nanoTime();
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (InterruptedException closing) {
      // it ends
    }
  }

  boolean answeredSince(long nanoTime) {
    return answeredAt - nanoTime > 0;
  }

  void end() {
    running = false;
  }

  /** Waits for the call under way. */
  @Override
  public void close() throws InterruptedException {
    running = false;
    thread.join(ENDS_WITHIN.toMillis());
    if (thread.isAlive()) {
      StackTraceElement[] stack = thread.getStackTrace();
      thread.interrupt();
      thread.join(TimeUnit.SECONDS.toMillis(5));
      throw new IllegalStateException(
          thread.getName() + " hangs at " + (stack.length > 0 ? stack[0] : "its end"));
    }
  }
}
