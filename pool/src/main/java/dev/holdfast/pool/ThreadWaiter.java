package dev.holdfast.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A parked thread, platform or virtual. */
final class ThreadWaiter<C> extends Waiter<C> {

  /**
   * A waiter that was woken in vain after this long is starving. Go's mutex uses the same bound;
   * shorter ones hand over more often.
   */
  static final long STARVING_NANOS = 1_000_000L;

  /** Without a timer that wakes it, a waiter looks up so often. */
  private static final long UNALARMED_NANOS = 10_000_000L;

  private static final VarHandle WOKEN;

  static {
    try {
      WOKEN = MethodHandles.lookup().findVarHandle(ThreadWaiter.class, "woken", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread thread = Thread.currentThread();
  private final long deadline;

  @SuppressWarnings("UnusedVariable") // by WOKEN
  private volatile boolean woken;

  /** By its own thread: what was handed over is on its way out. */
  private boolean taken;

  /**
   * @param deadline on the clock of {@link Alarm#now()}
   */
  ThreadWaiter(long deadline) {
    this.deadline = deadline;
  }

  @Override
  long deadline() {
    return deadline;
  }

  @Override
  void wake() {
    if (!woken && WOKEN.compareAndSet(this, false, true)) {
      LockSupport.unpark(thread);
    }
  }

  /** Before looking for a connection: a wake-up from now on counts anew. */
  void look() {
    woken = false;
  }

  /** Waits until woken, by the alarm at the latest, or interrupted; may return earlier. */
  void park(Object blocker) {
    if (!woken) {
      LockSupport.park(blocker);
    }
  }

  /**
   * Waits for a connection on the calling thread.
   *
   * @throws AcquireException as {@link ConnectionPool#acquire()}
   */
  static <C> SlotLease<C> await(PoolCore<C> pool, long timeoutNanos) throws InterruptedException {
    long begun = pool.alarm.now();
    pool.requireOpen();
    if (timeoutNanos <= 0) {
      pool.supply();
      throw pool.timeout(timeoutNanos);
    }
    ThreadWaiter<C> waiter = new ThreadWaiter<>(begun + Math.min(timeoutNanos, PoolSettings.NEVER));
    pool.join(waiter);
    try {
      SlotLease<C> lease = waiter.await(pool, begun, timeoutNanos);
      pool.meters.waited(pool.alarm.now() - begun);
      return lease;
    } catch (Throwable failed) {
      waiter.cancel(); // what was handed over meanwhile
      throw failed;
    } finally {
      pool.leave(waiter);
    }
  }

  private SlotLease<C> await(PoolCore<C> pool, long begun, long timeoutNanos)
      throws InterruptedException {
    for (boolean supplied = false; ; supplied = true) {
      look();
      SlotLease<C> found = end() == null ? pool.finder.take() : null;
      if (found != null || end() != null) {
        return settle(found);
      }
      long waited = pool.alarm.now() - begun;
      if (Thread.interrupted()) {
        throw new InterruptedException("while waiting for a connection of " + pool.settings.name());
      }
      if (waited >= timeoutNanos) {
        if (end(new End.Gone<>())) {
          throw pool.timeout(timeoutNanos);
        }
        return settle(null);
      }
      if (!supplied) {
        pool.supply();
      } else if (waited > STARVING_NANOS) {
        starve();
      }
      if (pool.alarm.set(deadline)) {
        park(pool);
      } else if (!woken) {
        LockSupport.parkNanos(pool, Math.min(timeoutNanos - waited, UNALARMED_NANOS));
      }
    }
  }

  /** Ends the wait with what was found, or with what was handed over meanwhile. */
  private SlotLease<C> settle(@Nullable SlotLease<C> found) {
    if (found != null && end(new End.Gone<>())) {
      return found;
    }
    if (found != null) {
      found.close();
    }
    if (end() instanceof End.Served<C> served) {
      taken = true;
      return served.lease();
    }
    if (end() instanceof End.Failed<C> failed) {
      throw failed.cause();
    }
    throw new IllegalStateException("a wait ended without reason");
  }

  private void cancel() {
    if (!end(new End.Gone<>()) && end() instanceof End.Served<C> served && !taken) {
      served.lease().close();
    }
  }
}
