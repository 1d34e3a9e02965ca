package dev.holdfast.pool;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that all pools of a process share: daemons, of which none is left a second after the
 * last pool is closed and its last timer is over. They hold nothing of whoever made them begin: no
 * context class loader, no inherited thread local, no access control context.
 */
final class OwnThreads {

  /** Time between two ticks, while there are any. Ages are judged in seconds. */
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** After so many ticks it is asked again whether they are worth it. */
  private static final int TICKS = 100;

  private static final int IDLE_SECONDS = 1;

  private final Ticker ticker;
  private final ThreadPoolExecutor workers;
  private final ScheduledThreadPoolExecutor timer = timer("holdfast-pool-timer-");
  private final ScheduledThreadPoolExecutor clockwork = timer("holdfast-pool-ticker-");

  /** Guarded by this. */
  private int pools;

  OwnThreads(Ticker ticker) {
    this.ticker = ticker;
    workers =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("holdfast-pool-"));
  }

  private static ScheduledThreadPoolExecutor timer(String name) {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons(name));
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  private static ThreadFactory daemons(String prefix) {
    AtomicInteger made = new AtomicInteger();
    return task -> daemon(task, prefix + made.incrementAndGet());
  }

  @SuppressWarnings("removal") // without it Java 17 notes the classes of whoever begins the thread
  private static Thread daemon(Runnable task, String name) {
    return AccessController.doPrivileged(
        (PrivilegedAction<Thread>)
            () -> {
              Thread thread = new Thread(null, task, name, 0, false);
              thread.setDaemon(true);
              thread.setContextClassLoader(OwnThreads.class.getClassLoader());
              return thread;
            });
  }

  Executor workers() {
    return workers;
  }

  /** As {@link Scheduler}. */
  Runnable after(long nanos, Runnable task) {
    ScheduledFuture<?> future = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /**
   * Has the ticker go while a pool is open that is read often.
   *
   * @return to be run once, when that pool is closed
   */
  synchronized Runnable open() {
    if (pools++ == 0) {
      ticker.rest(this::goOn);
    }
    return this::closed;
  }

  private synchronized void closed() {
    pools--;
  }

  private void goOn() {
    tickAfter(1);
  }

  private void tickAfter(int ticks) {
    try {
      clockwork.schedule(() -> tick(ticks), TICK_NANOS, TimeUnit.NANOSECONDS);
    } catch (Throwable noThread) {
      ticker.rest(this::goOn); // each read is of the clock then
    }
  }

  private void tick(int ticks) {
    if (ticks < TICKS && isOpen()) {
      ticker.tick();
      tickAfter(ticks + 1);
    } else {
      ticker.rest(this::goOn);
    }
  }

  private synchronized boolean isOpen() {
    return pools > 0;
  }
}
