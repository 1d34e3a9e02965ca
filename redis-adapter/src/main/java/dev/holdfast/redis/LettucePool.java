package dev.holdfast.redis;

import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.pool.AcquireTimeoutException;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Lease;
import dev.holdfast.pool.OutstandingLease;
import dev.holdfast.pool.PoolState;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.support.AsyncPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Guarded connections, one borrower at a time each, on the engine's {@link ConnectionPool}: none is
 * lent that is known to be dead, past its path's safe age or suspected, and proofs run in the
 * background. It is an {@link AsyncPool}; {@link #borrow()} is its blocking side, and {@link
 * dev.holdfast.redis.pool.LettuceObjectPool} makes it one of commons-pool2.
 *
 * <p>What is lent is a view: closing it returns the connection, as with Lettuce's own {@code
 * ConnectionPoolSupport}, and it cannot be used afterwards. While it is lent the guard protects its
 * calls as those of any connection, and blocking commands are allowed on it.
 *
 * <p>A connection that comes back with something left on it, a {@link Residue}, is closed instead
 * of being lent again. What passed the connection decides, without a round trip. A changed command
 * timeout is set back. After calls that failed, futures that are still open and reactive commands
 * the connection's event loop looks first, so it is back some microseconds after it was returned. A
 * reactive command that is subscribed to later than that is the next borrower's burden.
 *
 * <p>Thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class LettucePool<K, V> implements AsyncPool<StatefulRedisConnection<K, V>> {

  /**
   * How long a borrower waits who did not say.
   *
   * @param usual for what is lent to others, or for connects that fail
   * @param firstConnect at least as long: for a connect under way of which nothing bad is known
   */
  record Patience(Duration usual, Duration firstConnect) {}

  private final ConnectionPool<PooledConnection<K, V>> pool;
  private final ResidueReports reports;
  private final Patience patience;
  private final Consumer<LettucePool<K, V>> onClose;

  LettucePool(
      ConnectionPool<PooledConnection<K, V>> pool,
      ResidueReports reports,
      Patience patience,
      Consumer<LettucePool<K, V>> onClose) {
    this.pool = pool;
    this.reports = reports;
    this.patience = patience;
    this.onClose = onClose;
  }

  /**
   * A pool of connections as {@code client.connect(codec)} opens them.
   *
   * @param guard installed in the client's resources
   * @param client made with a default {@code RedisURI}
   * @param codec for keys and values
   * @param <K> keys
   * @param <V> values
   * @return a builder that starts from the defaults
   * @throws IllegalArgumentException if the guard is not installed in the client
   * @throws IllegalStateException if the guard is declared for short-lived use
   */
  public static <K, V> LettucePoolBuilder<K, V> of(
      LettuceGuard guard, RedisClient client, RedisCodec<K, V> codec) {
    guard.requireInstalled(client);
    guard.requireLongLived();
    return new LettucePoolBuilder<>(
        guard,
        () -> CompletableFuture.completedFuture(client.connect(codec)),
        () -> client.getOptions().getSocketOptions().getConnectTimeout());
  }

  /**
   * A pool of connections that are opened otherwise, say to one of several servers.
   *
   * @param guard installed in the resources of the client that opens them
   * @param supplier opens a new connection each time; may block; a connection to a cluster, or one
   *     of a client without the guard, makes the connect fail
   * @param <K> keys
   * @param <V> values
   * @return a builder that starts from the defaults
   * @throws IllegalStateException if the guard is declared for short-lived use
   */
  public static <K, V> LettucePoolBuilder<K, V> of(
      LettuceGuard guard,
      Supplier<? extends CompletionStage<StatefulRedisConnection<K, V>>> supplier) {
    guard.requireLongLived();
    return new LettucePoolBuilder<>(
        guard, supplier, () -> SocketOptions.DEFAULT_CONNECT_TIMEOUT_DURATION);
  }

  /**
   * Borrows a connection, waiting for one up to the pool's {@linkplain
   * LettucePoolBuilder#acquireTimeout acquire timeout}.
   *
   * @return a view, to be closed once
   * @throws dev.holdfast.pool.AcquireException if there is none in time, too many wait already, or
   *     the pool is closed
   * @throws InterruptedException if interrupted while waiting
   */
  public StatefulRedisConnection<K, V> borrow() throws InterruptedException {
    long began = System.nanoTime();
    try {
      return borrow(patience.usual());
    } catch (AcquireTimeoutException none) {
      if (!awaitsFirstConnect(none)) {
        throw none;
      }
      return borrow(patience.firstConnect().minusNanos(System.nanoTime() - began));
    }
  }

  /**
   * Whether there is reason to wait longer: a connect was under way as the time was over, and none
   * has failed lately. It may have ended since: then there is a connection.
   */
  private boolean awaitsFirstConnect(AcquireTimeoutException none) {
    PoolState then = none.state();
    return patience.firstConnect().compareTo(patience.usual()) > 0
        && none.getCause() == null
        && then.connecting() + then.idle() > 0;
  }

  /**
   * Borrows a connection, waiting for one.
   *
   * @param timeout how long; zero and less do not wait
   * @return a view, to be closed once
   * @throws dev.holdfast.pool.AcquireException as {@link #borrow()}
   * @throws InterruptedException if interrupted while waiting
   */
  public StatefulRedisConnection<K, V> borrow(Duration timeout) throws InterruptedException {
    Lease<PooledConnection<K, V>> free = pool.tryAcquire(); // reads no clock
    return free != null && lends(free) ? new PooledLease<>(reports, free).view() : await(timeout);
  }

  private StatefulRedisConnection<K, V> await(Duration timeout) throws InterruptedException {
    long began = System.nanoTime();
    Lease<PooledConnection<K, V>> lease = pool.acquire(timeout);
    while (!lends(lease)) {
      lease = pool.acquire(timeout.minusNanos(System.nanoTime() - began));
    }
    return new PooledLease<>(reports, lease).view();
  }

  /** False if the connection has died at this moment: then it is given up. */
  private static boolean lends(Lease<? extends PooledConnection<?, ?>> lease) {
    boolean lent = lease.connection().lend();
    if (!lent) {
      lease.discard();
    }
    return lent;
  }

  /**
   * Borrows a connection without blocking, within the pool's acquire timeout.
   *
   * @return completes with a view, to be closed or released once, or as {@link #borrow()} fails; on
   *     the pool's executor unless one was free. Cancelling it leaves the line.
   */
  @Override
  public CompletableFuture<StatefulRedisConnection<K, V>> acquire() {
    CompletableFuture<StatefulRedisConnection<K, V>> lent = new CompletableFuture<>();
    acquire(lent, System.nanoTime(), patience.usual());
    return lent;
  }

  private void acquire(
      CompletableFuture<StatefulRedisConnection<K, V>> lent, long began, Duration timeout) {
    Duration left = timeout.minusNanos(System.nanoTime() - began);
    CompletableFuture<Lease<PooledConnection<K, V>>> asked = pool.acquireAsync(left);
    asked.whenComplete(
        (lease, failure) -> {
          if (lease == null && mayWaitOn(failure, timeout)) {
            acquire(lent, began, patience.firstConnect());
          } else if (lease == null) {
            lent.completeExceptionally(failure);
          } else if (lends(lease)) {
            PooledLease<K, V> terms = new PooledLease<>(reports, lease);
            if (!lent.complete(terms.view())) {
              terms.giveBack();
            }
          } else {
            acquire(lent, began, timeout);
          }
        });
    if (!asked.isDone()) {
      lent.whenComplete((view, failure) -> asked.cancel(false));
    }
  }

  private boolean mayWaitOn(Throwable failure, Duration timeout) {
    return timeout.equals(patience.usual())
        && failure instanceof AcquireTimeoutException none
        && awaitsFirstConnect(none);
  }

  /**
   * Returns a connection, as closing it does, but minds being asked twice.
   *
   * @param connection the view that was borrowed
   * @return completes once it is back or closed; fails with {@link IllegalStateException} if it was
   *     returned before or is none of this pool's
   */
  @Override
  public CompletableFuture<Void> release(StatefulRedisConnection<K, V> connection) {
    PooledLease<?, ?> lease = lease(connection);
    return lease == null ? CompletableFuture.failedFuture(foreign()) : lease.release();
  }

  /**
   * Gives a connection up: it is closed and never lent again.
   *
   * @param connection the view that was borrowed
   * @throws IllegalStateException if it was returned before or is none of this pool's
   */
  public void discard(StatefulRedisConnection<K, V> connection) {
    PooledLease<?, ?> lease = lease(connection);
    if (lease == null) {
      throw foreign();
    }
    if (!lease.discard()) {
      throw lease.returnedBefore();
    }
  }

  private @Nullable PooledLease<?, ?> lease(StatefulRedisConnection<K, V> connection) {
    LentView view = LentView.behind(connection);
    return view != null
            && view.terms() instanceof PooledLease<?, ?> lease
            && lease.reports() == reports
        ? lease
        : null;
  }

  private IllegalStateException foreign() {
    return new IllegalStateException(
        "pool %s: this connection was not borrowed here; return to a pool what it has lent, as it lent it"
            .formatted(reports.pool()));
  }

  /**
   * Opens a connection ahead of its first borrower.
   *
   * @return see {@link ConnectionPool#add()}
   */
  public CompletableFuture<Boolean> add() {
    return pool.add();
  }

  /**
   * The pool at this moment.
   *
   * @return its counts
   */
  public PoolState state() {
    return pool.state();
  }

  /** Closes the connections that nobody has borrowed at this moment. Does not wait for it. */
  @Override
  public void clear() {
    pool.retireIdle();
  }

  /**
   * Closes the connections that nobody has borrowed at this moment.
   *
   * @return is completed: what is closed can no longer be borrowed
   */
  @Override
  public CompletableFuture<Void> clearAsync() {
    clear();
    return CompletableFuture.completedFuture(null);
  }

  /** Retires every connection, say after a failover: idle ones now, others when returned. */
  public void retireAll() {
    pool.retireAll();
  }

  /**
   * Closes the pool in order.
   *
   * @param deadline how long to wait for what is out
   * @return see {@link ConnectionPool#drain}
   */
  public CompletableFuture<List<OutstandingLease>> drain(Duration deadline) {
    onClose.accept(this);
    return pool.drain(deadline);
  }

  /**
   * Closes the pool: who waits fails, idle connections are closed now, others when they are
   * returned, and what is being dialled is given up. Returns at once; closing twice does nothing.
   * Pool, client, resources and guard may be closed in any order.
   */
  @Override
  public void close() {
    pool.close();
    onClose.accept(this);
  }

  /**
   * As {@link #close()}.
   *
   * @return is completed; {@link #drain} waits for what is out
   */
  @Override
  public CompletableFuture<Void> closeAsync() {
    close();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public String toString() {
    return pool.toString();
  }
}
