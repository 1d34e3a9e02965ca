package dev.holdfast.internal.socket;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread of a guard: a daemon that ends by itself while there is nothing to do. */
public final class GuardThread {

  private static final long LINGER_SECONDS = 10;

  private GuardThread() {}

  /**
   * A timer with one daemon thread, started with its first task and ended ten seconds after its
   * last; there is nothing to close.
   *
   * @param guard the guard's name, a part of the thread's
   * @return the timer; its tasks must be quick and must not block
   */
  public static ScheduledExecutorService create(String guard) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "holdfast-" + guard);
              thread.setDaemon(true);
              return thread;
            });
    timer.setKeepAliveTime(LINGER_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }
}
