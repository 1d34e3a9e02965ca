package dev.holdfast.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands every task to the user's executor, and what that rejects, drops or does not begin in time
 * to the pool's own threads. So a task is run once, whatever the executor does: a connection is
 * closed, a caller is told, a proof ends. Never throws.
 */
final class SureExecutor implements Executor {

  /** Callers end by their deadline; an executor that is stuck costs them so much more. */
  static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Executor users;
  private final Executor own;
  private final Scheduler scheduler;

  /**
   * @param own threads that begin at once, unless the process can make no more
   */
  SureExecutor(Executor users, Executor own, Scheduler scheduler) {
    this.users = users;
    this.own = own;
    this.scheduler = scheduler;
  }

  @Override
  public void execute(Runnable task) {
    Once once = new Once(task);
    if (users != own && hand(users, once)) {
      later(once);
    } else if (!once.begun.get()) {
      now(once);
    }
  }

  private void later(Once once) {
    if (once.begun.get()) {
      return;
    }
    try {
      once.timer = scheduler.after(PATIENCE_NANOS, () -> now(once));
    } catch (Throwable noTimer) {
      now(once);
      return;
    }
    if (once.begun.get()) {
      once.timer.run();
    }
  }

  private void now(Once once) {
    if (once.begun.get() || hand(own, once)) {
      return;
    }
    try {
      scheduler.after(PATIENCE_NANOS, () -> now(once));
    } catch (Throwable noTimer) {
      once.run();
    }
  }

  private static boolean hand(Executor to, Runnable task) {
    try {
      to.execute(task);
      return true;
    } catch (Throwable refused) {
      PoolCore.LOG.debug("an executor took no task", refused);
      return false;
    }
  }

  private static final class Once implements Runnable {
    private final Runnable task;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile Runnable timer = () -> {};

    private Once(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (begun.compareAndSet(false, true)) {
        timer.run();
        task.run();
      }
    }
  }
}
