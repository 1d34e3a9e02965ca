package dev.holdfast.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/**
 * Everything a pool has from outside; a simulation replaces it all.
 *
 * @param ticker time by which ages are counted
 * @param executor runs what may block
 * @param scheduler runs what comes later
 * @param random uniform on [0,1), from many threads
 */
record Surroundings(Ticker ticker, Executor executor, Scheduler scheduler, DoubleSupplier random) {

  /**
   * Time between two ticks. Ages are judged in seconds, and a thread that wakes a hundred times a
   * second costs under a thousandth of a core.
   */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** The threads all pools of a process share. They are daemons and end with it. */
  private static final class Shared {
    private static final Ticker TICKER = new Ticker(System::nanoTime, System::currentTimeMillis);
    private static final Executor THREADS =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            5,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("holdfast-pool-"));
    private static final ScheduledThreadPoolExecutor TIMER = timer();
    private static final ScheduledThreadPoolExecutor CLOCKWORK = clockwork();

    private static ScheduledThreadPoolExecutor timer() {
      ScheduledThreadPoolExecutor timer =
          new ScheduledThreadPoolExecutor(1, daemons("holdfast-pool-timer-"));
      timer.setRemoveOnCancelPolicy(true);
      return timer;
    }

    private static ScheduledThreadPoolExecutor clockwork() {
      ScheduledThreadPoolExecutor clockwork =
          new ScheduledThreadPoolExecutor(1, daemons("holdfast-pool-ticker-"));
      clockwork.scheduleWithFixedDelay(TICKER::tick, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
      return clockwork;
    }

    private static ThreadFactory daemons(String prefix) {
      AtomicInteger made = new AtomicInteger();
      return task -> {
        Thread thread = new Thread(task, prefix + made.incrementAndGet());
        thread.setDaemon(true);
        return thread;
      };
    }
  }

  static Surroundings shared() {
    Shared.CLOCKWORK.prestartCoreThread();
    return new Surroundings(
        Shared.TICKER,
        Shared.THREADS,
        Surroundings::later,
        () -> ThreadLocalRandom.current().nextDouble());
  }

  Surroundings with(Executor other) {
    return new Surroundings(ticker, other, scheduler, random);
  }

  private static Runnable later(long nanos, Runnable task) {
    ScheduledFuture<?> future = Shared.TIMER.schedule(task, nanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }
}
