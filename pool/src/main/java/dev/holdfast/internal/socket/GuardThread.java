package dev.holdfast.internal.socket;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads of a guard: daemons that end by themselves while there is nothing to do. */
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
        new ScheduledThreadPoolExecutor(1, task -> daemon(task, "holdfast-" + guard));
    timer.setKeepAliveTime(LINGER_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /**
   * Where a guard waits in the place of callers that must not block: a thread for each that waits,
   * ended ten seconds after its last; there is nothing to close.
   *
   * @param guard the guard's name, a part of the threads'
   * @return runs each task at once
   */
  public static Executor waiting(String guard) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        LINGER_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> daemon(task, "holdfast-" + guard + "-wait"));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
