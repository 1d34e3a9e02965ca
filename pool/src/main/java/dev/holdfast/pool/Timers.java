package dev.holdfast.pool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Timers that serve an open pool and are of no use to a closed one, which cancels them: they would
 * keep it, and the timer's thread, for as long as they run. Thread-safe.
 */
final class Timers implements Scheduler {

  private final Scheduler scheduler;
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Timers(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public Runnable after(long nanos, Runnable task) {
    Pending timer = new Pending(task);
    if (closed) {
      return timer::cancel;
    }
    pending.add(timer);
    try {
      timer.cancel = scheduler.after(nanos, timer);
    } catch (Throwable refused) {
      pending.remove(timer);
      throw refused;
    }
    if (closed) {
      timer.cancel();
    }
    return timer::cancel;
  }

  void close() {
    closed = true;
    pending.forEach(Pending::cancel);
  }

  private final class Pending implements Runnable {
    private final Runnable task;
    private volatile Runnable cancel = () -> {};

    private Pending(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (pending.remove(this)) {
        task.run();
      }
    }

    private void cancel() {
      pending.remove(this);
      cancel.run();
    }
  }
}
