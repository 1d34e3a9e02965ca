package dev.holdfast.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A future in line. It looks for connections on the pool's executor, one run at a time. */
final class AsyncWaiter<C> extends Waiter<C> implements Runnable {

  private final PoolCore<C> pool;
  private final CompletableFuture<Lease<C>> future;
  private final long since;
  private final AtomicInteger wakes = new AtomicInteger();

  /** Written by the runs, which follow one another. */
  private boolean tried;

  AsyncWaiter(PoolCore<C> pool, CompletableFuture<Lease<C>> future) {
    this.pool = pool;
    this.future = future;
    this.since = pool.ticker.now();
  }

  /** Begins to wait, unless a connection is free. */
  static <C> CompletableFuture<Lease<C>> acquire(PoolCore<C> pool, long timeoutNanos) {
    SlotLease<C> lease = pool.finder.take();
    if (lease != null) {
      return CompletableFuture.completedFuture(lease);
    }
    CompletableFuture<Lease<C>> future = new CompletableFuture<>();
    AsyncWaiter<C> waiter = new AsyncWaiter<>(pool, future);
    try {
      pool.requireOpen();
      pool.join(waiter);
    } catch (AcquireException e) {
      future.completeExceptionally(e);
      return future;
    }
    try {
      Runnable timer =
          pool.environment.scheduler().after(timeoutNanos, () -> waiter.expire(timeoutNanos));
      future.whenComplete(
          (served, failure) -> {
            timer.run();
            waiter.cancelled();
          });
      pool.supply();
      waiter.wake();
    } catch (Throwable failed) { // no timer: nobody would end its wait
      waiter.cancelled();
      future.completeExceptionally(failed);
    }
    return future;
  }

  @Override
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      pool.environment.executor().execute(this);
    }
  }

  @Override
  public void run() {
    int missed = 1;
    while (missed != 0) {
      missed = wakes.get();
      look();
      missed = wakes.addAndGet(-missed);
    }
  }

  private void look() {
    if (end() != null) {
      return;
    }
    SlotLease<C> lease = pool.finder.take();
    if (lease != null) {
      if (end(new End.Gone<>())) {
        arrive(lease);
      } else {
        lease.close();
      }
    } else if (tried && pool.ticker.now() - since > ThreadWaiter.STARVING_NANOS) {
      starve();
    }
    tried = true;
  }

  /** A cancelled future gives the connection back. */
  private void arrive(SlotLease<C> lease) {
    pool.leave(this);
    pool.meters.waited(pool.ticker.now() - since);
    if (!future.complete(lease)) {
      lease.close();
    }
  }

  /** On the caller's thread it is only noted; the future completes on the executor. */
  @Override
  boolean end(End<C> how) {
    if (!super.end(how)) {
      return false;
    }
    if (how instanceof End.Served<C> served) {
      pool.environment.executor().execute(() -> arrive(served.lease()));
    } else if (how instanceof End.Failed<C> failed) {
      pool.leave(this);
      pool.environment.executor().execute(() -> future.completeExceptionally(failed.cause()));
    }
    return true;
  }

  /** The time is over. */
  void expire(long timeoutNanos) {
    if (end(new End.Gone<>())) {
      pool.leave(this);
      AcquireTimeoutException timeout = pool.timeout(timeoutNanos);
      pool.environment.executor().execute(() -> future.completeExceptionally(timeout));
    }
  }

  /** The caller has cancelled. */
  void cancelled() {
    if (end(new End.Gone<>())) {
      pool.leave(this);
    }
  }
}
