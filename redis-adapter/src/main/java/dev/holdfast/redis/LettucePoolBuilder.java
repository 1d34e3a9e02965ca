package dev.holdfast.redis;

import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.PoolBuilder;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Settings of a {@link LettucePool}. What does not fit is refused by {@link #build()}, never
 * changed. Not thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class LettucePoolBuilder<K, V> {

  private final LettuceGuard guard;
  private final PoolBuilder<PooledConnection<K, V>> engine;
  private String name;
  private Duration acquireTimeout = Duration.ofSeconds(3);

  LettucePoolBuilder(
      LettuceGuard guard,
      Supplier<? extends CompletionStage<StatefulRedisConnection<K, V>>> supplier) {
    this.guard = guard;
    this.name = guard.name();
    this.engine =
        ConnectionPool.builder(new LettuceConnector<>(supplier, guard::known), guard.plan())
            .meters(guard.registry());
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
   * How long a borrower waits.
   *
   * @param timeout above zero; 3 s unless said
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
    ConnectionPool<PooledConnection<K, V>> pool =
        engine.name(name).acquireTimeout(acquireTimeout).build();
    return new LettucePool<>(
        pool,
        new ResidueReports(name, guard.registry()),
        acquireTimeout,
        guard.deaths().suspectToo(pool::suspect));
  }
}
