package dev.holdfast.pool;

import dev.holdfast.gate.EndpointDownException;
import dev.holdfast.retry.BackOff;
import io.github.resilience4j.core.IntervalFunction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections: one for each waiter, and as many as the minimum of idle ones lacks. After a
 * failure one dial at a time, after a wait that grows. Thread-safe, never blocks.
 */
final class Filler<C> {

  /** Beyond it, {@link BackOff} is at its longest wait for any sensible setting. */
  private static final int MOST_DOUBLINGS = 30;

  private final PoolCore<C> pool;
  private final IntervalFunction waits;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger early = new AtomicInteger();
  private final AtomicInteger holds = new AtomicInteger();
  private volatile @Nullable Throwable lastFailure;

  Filler(PoolCore<C> pool) {
    this.pool = pool;
    this.waits = pool.settings.backOff().waits(pool.environment.random());
  }

  /** Begins the dials that are wanted and have room. */
  void demand() {
    if (pool.roster.room() == 0 || holds.get() > 0) {
      return;
    }
    int atOnce = failures.get() > 0 ? 1 : pool.settings.maxConnecting();
    for (int begin = pool.roster.reserve(this::wanted, atOnce); begin > 0; begin--) {
      new Dial<>(pool).begin();
    }
  }

  /** Begins one dial more than are under way, if there is room. */
  CompletableFuture<Boolean> add() {
    if (pool.roster.closed()) {
      return CompletableFuture.failedFuture(pool.closed());
    }
    if (!pool.roster.reserveOne()) {
      return CompletableFuture.completedFuture(false);
    }
    CompletableFuture<Boolean> added = new CompletableFuture<>();
    new Dial<>(pool, added).begin();
    return added;
  }

  private int wanted(Slot<C>[] live) {
    int idle = 0;
    int spare = 0;
    for (Slot<C> slot : live) {
      long phase = StateWord.phase(slot.word);
      idle += phase == StateWord.IDLE || phase == StateWord.CONNECTING ? 1 : 0;
      spare += phase == StateWord.LEASED ? 0 : 1;
    }
    return Math.max(pool.waiters.count() - idle, pool.settings.minIdle() - spare);
  }

  void connected(long nanos) {
    pool.meters.connected(nanos);
    if (failures.getAndSet(0) > 0) {
      PoolCore.LOG.info("{}: connects succeed again", pool.settings.name());
    }
    lastFailure = null;
  }

  /**
   * A dial came to nothing.
   *
   * @param cause why
   * @param leastNanos the shortest wait before the next
   */
  void failed(Throwable cause, long leastNanos) {
    pool.roster.failed();
    pool.meters.connectFailed();
    lastFailure = cause;
    if (failures.get() == 0 && !pool.roster.closed()) {
      if (cause instanceof EndpointDownException) { // another has warned of the failure itself
        PoolCore.LOG.info("{}: {}", pool.settings.name(), cause.getMessage());
      } else {
        PoolCore.LOG.warn("{}: connect failed: {}", pool.settings.name(), cause.toString());
      }
    }
    hold(failures.incrementAndGet(), leastNanos);
  }

  /** A connection died before it was of use: dialling on would be a loop. */
  void diedEarly() {
    hold(early.incrementAndGet(), 0);
  }

  /** A connection has been of use. */
  void useful() {
    early.set(0);
  }

  /** No dial for a while. */
  private void hold(int bad, long leastNanos) {
    int attempt = Math.min(MOST_DOUBLINGS, bad);
    long wait = Math.max(leastNanos, TimeUnit.MILLISECONDS.toNanos(waits.apply(attempt)));
    holds.incrementAndGet();
    try {
      pool.timers.after(
          wait,
          () -> {
            holds.decrementAndGet();
            demand();
          });
    } catch (Throwable noTimer) { // a hold that nobody would end
      holds.decrementAndGet();
      PoolCore.LOG.debug("{}: no timer", pool.settings.name(), noTimer);
    }
  }

  @Nullable Throwable lastFailure() {
    return lastFailure;
  }
}
