package dev.holdfast.redis;

import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.PoolBuilder;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Settings of a {@link LettucePool}. What does not fit is refused by {@link #build()}, never
 * changed. Not thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class LettucePoolBuilder<K, V> {

  private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(3);

  /** A handshake may outlast the TCP connect that Lettuce's timeout is for. */
  private static final Duration LEAST_DIAL = Duration.ofSeconds(10);

  /** So that the client's own word on a connect comes first. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final LettuceGuard guard;
  private final LettuceConnector<K, V> connector;
  private final PoolBuilder<PooledConnection<K, V>> engine;
  private String name;
  private final Supplier<Duration> connectTimeout;
  private @Nullable Duration acquireTimeout;

  LettucePoolBuilder(
      LettuceGuard guard,
      Supplier<? extends CompletionStage<StatefulRedisConnection<K, V>>> supplier,
      Supplier<Duration> connectTimeout) {
    this.guard = guard;
    this.connectTimeout = connectTimeout;
    this.name = guard.name();
    this.connector = new LettuceConnector<>(supplier, guard::known, guard.dials());
    this.engine = ConnectionPool.builder(connector, guard.plan()).meters(guard.registry());
  }

  /**
   * Names the pool in errors, log lines and the meters' tag {@code guard}. Pools whose meters are
   * to be told apart have names of their own.
   *
   * @param pool the name; the guard's unless said
   * @return this
   */
  public LettucePoolBuilder<K, V> name(String pool) {
    name = pool;
    return this;
  }

  /**
   * The pool's name so far.
   *
   * @return the guard's unless {@link #name(String)} was called
   */
  public String name() {
    return name;
  }

  /**
   * The most connections, dials under way included.
   *
   * @param most 1 to 10000; 8 unless said, as in commons-pool2
   * @return this
   */
  public LettucePoolBuilder<K, V> maxSize(int most) {
    engine.maxSize(most);
    return this;
  }

  /**
   * How many connections are kept idle and proved, in reserve.
   *
   * @param least 0, unless said, to {@code maxSize}
   * @return this
   */
  public LettucePoolBuilder<K, V> minIdle(int least) {
    engine.minIdle(least);
    return this;
  }

  /**
   * How many callers may wait.
   *
   * @param most at least 0; 1024 unless said
   * @return this
   */
  public LettucePoolBuilder<K, V> maxWaiters(int most) {
    engine.maxWaiters(most);
    return this;
  }

  /**
   * How long a borrower waits, whatever for. Unless said, 3 s, and as long as the client's connect
   * timeout where all that time a connect was under way that has not failed: a first connect may
   * take as long as without a pool.
   *
   * @param timeout above zero
   * @return this
   */
  public LettucePoolBuilder<K, V> acquireTimeout(Duration timeout) {
    acquireTimeout = timeout;
    return this;
  }

  /**
   * After which time without use a connection beyond {@code minIdle} is closed. Unless said, when
   * the plan would have it proved.
   *
   * @param timeout above zero and below the age from which the plan asks for a proof
   * @return this
   */
  public LettucePoolBuilder<K, V> idleTimeout(Duration timeout) {
    engine.idleTimeout(timeout);
    return this;
  }

  /**
   * Reports, in a log line and a meter, connections that are on loan for so long. Off unless said.
   *
   * @param after above zero
   * @param sampleOneIn of how many leases of a connection one notes where it was acquired: a power
   *     of two; 1 for all
   * @return this
   */
  public LettucePoolBuilder<K, V> leakDetection(Duration after, int sampleOneIn) {
    engine.leakDetection(after, sampleOneIn);
    return this;
  }

  /**
   * Builds the pool, which begins to open its idle connections.
   *
   * @return the pool
   * @throws dev.holdfast.pool.InvalidPoolSettingsException naming everything that does not fit
   */
  public LettucePool<K, V> build() {
    Duration acquire = acquireTimeout == null ? ACQUIRE_TIMEOUT : acquireTimeout;
    Duration connect = connectTimeout.get();
    ConnectionPool<PooledConnection<K, V>> pool =
        engine
            .name(name)
            .acquireTimeout(acquire)
            .connectTimeout(connect.compareTo(LEAST_DIAL) < 0 ? LEAST_DIAL : connect.plus(SLACK))
            .build();
    Runnable unsuspect = guard.deaths().suspectToo(pool::suspect);
    LettucePool<K, V> made =
        new LettucePool<>(
            pool,
            new ResidueReports(LoggerFactory.getLogger(LettucePool.class), name, guard.registry()),
            new LettucePool.Patience(acquire, acquireTimeout == null ? connect : acquire),
            closed -> {
              unsuspect.run();
              connector.close();
              guard.left(closed);
            });
    guard.joined(made);
    return made;
  }
}
