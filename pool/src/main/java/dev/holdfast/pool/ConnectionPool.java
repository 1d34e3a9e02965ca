package dev.holdfast.pool;

import dev.holdfast.diagnosis.SiblingRule;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lends connections of any kind, one caller at a time each. A connection is lent only within the
 * limits of its path: younger than the idle age up to which it may be used without proof, within
 * its lifetime and request limit, and not marked by its owner. Proofs and connects run off the
 * callers' threads, so an acquire keeps its deadline whatever they do.
 *
 * <p>Thread-safe; made for virtual threads too. {@link #acquire()} and the return of its lease
 * allocate nothing while a connection is free; those of a pool that is used very often read the
 * clock once in 10 ms for each connection.
 *
 * @param <C> the connection
 */
public final class ConnectionPool<C> implements AutoCloseable {

  private final PoolCore<C> core;
  private final Finder<C> finder;
  private final long acquireNanos;
  private final Runnable onClose;

  ConnectionPool(PoolCore<C> core, Runnable onClose) {
    this.core = core;
    this.finder = core.finder;
    this.acquireNanos = PoolSettings.nanos(core.settings.acquireTimeout());
    this.onClose = onClose;
    core.meters.watch(core::state, core.roster::lent, core.roster::usedNanos);
    core.housekeeper.start();
  }

  /**
   * Starts from the defaults.
   *
   * @param connector how connections are made, proved and closed
   * @param plan what their path asks of them
   * @param <C> the connection
   * @return a builder
   */
  public static <C> PoolBuilder<C> builder(Connector<C> connector, ConnectionPlan plan) {
    return new PoolBuilder<>(connector, plan);
  }

  /**
   * Acquires a connection, waiting for one up to the pool's acquire timeout.
   *
   * @return the lease, to be closed
   * @throws AcquireTimeoutException if none came free
   * @throws TooManyWaitersException if too many wait already
   * @throws PoolClosedException if the pool is closed
   * @throws InterruptedException if interrupted while waiting
   */
  public Lease<C> acquire() throws InterruptedException {
    SlotLease<C> lease = finder.take();
    return lease != null ? lease : ThreadWaiter.await(core, acquireNanos);
  }

  /**
   * Acquires a connection, waiting for one.
   *
   * @param timeout how long; zero and less do not wait
   * @return the lease, to be closed
   * @throws AcquireTimeoutException if none came free
   * @throws TooManyWaitersException if too many wait already
   * @throws PoolClosedException if the pool is closed
   * @throws InterruptedException if interrupted while waiting
   */
  public Lease<C> acquire(Duration timeout) throws InterruptedException {
    SlotLease<C> lease = finder.take();
    return lease != null ? lease : ThreadWaiter.await(core, PoolSettings.nanos(timeout));
  }

  /**
   * Acquires a connection that is free now. Does not ask for more connections.
   *
   * @return the lease, to be closed; null if there is none, or the pool is suspended or closed
   */
  public @Nullable Lease<C> tryAcquire() {
    return finder.take();
  }

  /**
   * Acquires a connection without blocking, within the pool's acquire timeout.
   *
   * @return completes with the lease, to be closed, or as {@link #acquire()} fails; on the pool's
   *     executor unless one was free. Cancelling it leaves the line.
   */
  public CompletableFuture<Lease<C>> acquireAsync() {
    return AsyncWaiter.acquire(core, acquireNanos);
  }

  /**
   * Acquires a connection without blocking.
   *
   * @param timeout by when the future is completed
   * @return as {@link #acquireAsync()}
   */
  public CompletableFuture<Lease<C>> acquireAsync(Duration timeout) {
    return AsyncWaiter.acquire(core, PoolSettings.nanos(timeout));
  }

  /**
   * The pool at this moment.
   *
   * @return its counts
   */
  public PoolState state() {
    return core.state();
  }

  /**
   * Lends nothing until {@link #resume()}: who acquires waits, up to its timeout. Leases that are
   * out stay so.
   */
  public void suspend() {
    core.roster.suspend(true);
  }

  /** Lends again. */
  public void resume() {
    core.roster.suspend(false);
    core.pass();
    core.filler.demand();
  }

  /**
   * Changes the most connections there may be. Those beyond it are retired: idle ones now, others
   * when they are returned.
   *
   * @param maxSize at least 1 and the minimum of idle connections
   * @throws IllegalArgumentException if it is less
   */
  public void resize(int maxSize) {
    int least = Math.max(1, core.settings.minIdle());
    if (maxSize < least || maxSize > PoolBuilder.MOST) {
      throw new IllegalArgumentException(
          "pool %s: maxSize %d is outside %d (minIdle, at least 1) to %d; choose one within"
              .formatted(core.settings.name(), maxSize, least, PoolBuilder.MOST));
    }
    for (Slot<C> slot : core.roster.resize(maxSize)) {
      slot.retire(CloseReason.SHRUNK, null);
    }
    core.filler.demand();
  }

  /**
   * Opens a connection ahead of those who will ask for it, whatever the minimum of idle ones says.
   *
   * @return completes, on the pool's executor, with true once it is there; with false if the pool
   *     has no room; fails as the connect failed, or with {@link PoolClosedException}
   */
  public CompletableFuture<Boolean> add() {
    return core.filler.add();
  }

  /** Closes the connections that nobody has borrowed at this moment. */
  public void retireIdle() {
    for (Slot<C> slot : core.roster.live()) {
      long seen = slot.word;
      if (StateWord.phase(seen) == StateWord.IDLE) {
        slot.retireIdle(seen, CloseReason.REFRESHED);
      }
    }
  }

  /** Retires every connection, say after a failover: idle ones now, others when returned. */
  public void retireAll() {
    core.retireAll(CloseReason.REFRESHED);
  }

  /**
   * Has connections proved before they are lent again.
   *
   * @param suspicion which: those idle for so long when another died
   */
  public void suspect(SiblingRule.Suspicion suspicion) {
    core.ticker.tick();
    long offset = System.nanoTime() - core.ticker.now();
    for (Slot<C> slot : core.roster.live()) {
      if (suspicion.covers(slot.lastUse + offset)) {
        slot.suspect();
      }
    }
  }

  /**
   * Closes the pool in order: nothing is lent from now on, idle connections are closed, and those
   * on loan when they are returned.
   *
   * @param deadline how long to wait for them
   * @return completes with nothing once all are returned, else at the deadline with those still out
   */
  public CompletableFuture<List<OutstandingLease>> drain(Duration deadline) {
    CompletableFuture<List<OutstandingLease>> drained = new CompletableFuture<>();
    close();
    Runnable late =
        () -> core.environment.executor().execute(() -> drained.complete(core.outstanding()));
    try {
      Runnable timer = core.environment.scheduler().after(PoolSettings.nanos(deadline), late);
      drained.whenComplete((left, never) -> timer.run());
    } catch (Throwable noTimer) {
      late.run();
    }
    core.emptied().thenRun(() -> drained.complete(List.of()));
    return drained;
  }

  /**
   * Closes the pool: who waits fails, idle connections are closed now, others when they are
   * returned. Returns at once; closing twice does nothing.
   */
  @Override
  public void close() {
    try {
      core.shut();
    } finally {
      onClose.run();
    }
  }

  @Override
  public String toString() {
    return "pool " + core.settings.name() + ": " + state();
  }
}
