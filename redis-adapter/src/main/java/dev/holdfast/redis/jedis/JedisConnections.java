package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.pool.AcquireException;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Lease;
import dev.holdfast.pool.OutstandingLease;
import dev.holdfast.pool.PoolState;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * Guarded connections to one server on the engine's {@link ConnectionPool}, as Jedis asks for them:
 * none is lent that is known to be dead, past its path's safe age or suspected. Give it to a client
 * in place of its own pool:
 *
 * <pre>{@code
 * RedisClient.builder().clientConfig(config).connectionProvider(connections).build(); // 7.4, 8
 * new UnifiedJedis(connections);                                                       // 5.2 to 7
 * }</pre>
 *
 * <p>A single command that was never sent moves to another connection, unseen; one that may run
 * twice is sent again; any other fails with {@link AmbiguousJedisOutcomeException}. A pipeline and
 * a transaction are units, of which no part is sent again: they fail with that, or with {@link
 * JedisNotExecutedException} where none of it ran.
 *
 * <p>A connection that comes back with something left on it, a {@link dev.holdfast.redis.Residue},
 * is closed instead of being lent again. {@link #getPool()} shows the same connections as a pool of
 * Jedis' own kind; its settings and counts are not these.
 *
 * <p>Thread-safe.
 */
public final class JedisConnections extends PooledConnectionProvider {

  /** On another connection the caller would wait as long once more. */
  private static final String SILENT =
      "its server did not answer a PING before it within the client's own timeout; it may be"
          + " repeated";

  private static final String NONE = "Could not get a resource from the pool";

  private final ConnectionPool<GuardedConnection> pool;
  private final ResidueReports reports;
  private final Duration patience;
  private final Consumer<JedisConnections> onClose;
  private final @Nullable JedisClusterCalls ofCluster;
  private final JedisLosses calls;
  private final JedisParts guard;
  private volatile @Nullable Supplier<JedisConnections> provider;

  JedisConnections(
      JedisParts guard,
      ConnectionPool<GuardedConnection> pool,
      ResidueReports reports,
      Duration patience,
      ShownConnections shown,
      @Nullable JedisClusterCalls ofCluster,
      Consumer<JedisConnections> onClose) {
    super(shown, ShownConnections.settings());
    this.pool = pool;
    this.reports = reports;
    this.patience = patience;
    this.onClose = onClose;
    this.ofCluster = ofCluster;
    this.calls = ofCluster == null ? new JedisCalls(guard, this) : ofCluster;
    this.guard = guard;
    shown.are(this);
  }

  /** Belongs to a provider that leads elsewhere one day. */
  void ledBy(Supplier<JedisConnections> sentinels) {
    provider = sentinels;
  }

  /** Those to the server that its provider leads to at this moment. */
  JedisConnections latest() {
    Supplier<JedisConnections> leads = provider;
    return leads == null ? this : leads.get();
  }

  ResidueReports reports() {
    return reports;
  }

  /**
   * Borrows a connection for whatever its borrower does with it: a pipeline, a transaction, a
   * subscription.
   *
   * @return a connection, to be closed once
   * @throws JedisException if there is none in time, as Jedis' own pool
   */
  @Override
  public Connection getConnection() {
    return lend(false, false, false);
  }

  /**
   * Borrows a connection for one command.
   *
   * @param args of the command
   * @return a connection, to be closed once
   * @throws JedisException if there is none in time, as Jedis' own pool
   */
  @Override
  public Connection getConnection(CommandArguments args) {
    return lend(args);
  }

  GuardedConnection lend(CommandArguments args) {
    return lend(true, guard.mayRunTwice(args), false);
  }

  GuardedConnection lend(boolean single, boolean mayRunTwice, boolean shown) {
    long began = System.nanoTime();
    while (true) {
      Lease<GuardedConnection> lease = acquire(began);
      GuardedConnection connection = lease.connection();
      Death dead;
      try {
        dead = connection.refuse(mayRunTwice);
      } catch (Throwable undecided) {
        lease.discard();
        throw undecided;
      }
      if (dead == null) {
        JedisLosses losses = single || ofCluster != null ? calls : null;
        connection.lend(new JedisLease(this, lease, losses, shown));
        return connection;
      }
      connection.dies(dead);
      lease.discard();
      if (dead.cause() == Cause.REPLY_OVERDUE) {
        throw JedisOutcome.notExecuted(
            guard.meters(),
            "A command",
            "unproved",
            SILENT,
            new SocketTimeoutException(dead.evidence()));
      }
    }
  }

  private Lease<GuardedConnection> acquire(long began) {
    Lease<GuardedConnection> free = pool.tryAcquire();
    if (free != null) {
      return free;
    }
    try {
      if (ofCluster != null) {
        dial(left(began));
      }
      return pool.acquire(left(began));
    } catch (AcquireException none) {
      throw told(none);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new JedisException(NONE, interrupted);
    }
  }

  private Duration left(long began) {
    return patience.minusNanos(System.nanoTime() - began);
  }

  /** Where a node cannot be connected to, its cluster's client is not kept waiting: it moves on. */
  private void dial(Duration atMost) throws InterruptedException {
    try {
      pool.add().get(Math.max(0, TimeUnit.NANOSECONDS.convert(atMost)), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      // as a connection that is waited for
    } catch (ExecutionException failed) {
      throw told(failed.getCause(), failed.getCause());
    }
  }

  /** In Jedis' words: what it or the server said of the last connect, a failed one, a full pool. */
  private static JedisException told(AcquireException none) {
    @Nullable Throwable last = none.getCause();
    return last == null ? new JedisException(NONE, none) : told(last, none);
  }

  private static JedisException told(@Nullable Throwable last, @Nullable Throwable none) {
    return last instanceof JedisException said && !(said instanceof JedisConnectionException)
        ? said
        : new JedisConnectionException(NONE, none);
  }

  /**
   * The pool at this moment.
   *
   * @return its counts
   */
  public PoolState state() {
    return pool.state();
  }

  /** Closes the connections that nobody has borrowed at this moment. */
  public void clear() {
    pool.retireIdle();
  }

  /** Retires every connection, say after a failover: idle ones now, others when returned. */
  public void retireAll() {
    pool.retireAll();
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
   * returned, and what is being dialled is given up. Closing twice does nothing. A client does so
   * when it is closed.
   */
  @Override
  public void close() {
    pool.close();
    onClose.accept(this);
    super.close();
  }

  @Override
  public String toString() {
    return pool.toString();
  }
}
