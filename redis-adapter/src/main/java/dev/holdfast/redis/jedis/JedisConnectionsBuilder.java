package dev.holdfast.redis.jedis;

import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.PoolBuilder;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * Settings of {@link JedisConnections}. What does not fit is refused by {@link #build()}, never
 * changed. Not thread-safe.
 */
public final class JedisConnectionsBuilder {

  /** A handshake may outlast the TCP connect that Jedis' timeout is for. */
  private static final Duration LEAST_DIAL = Duration.ofSeconds(10);

  /** So that the client's own word on a connect comes first. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final JedisGuard guard;
  private final JedisConnector connector;
  private final PoolBuilder<GuardedConnection> engine;
  private final Duration connectTimeout;
  private String name;
  private Duration acquireTimeout = Duration.ofSeconds(3);
  private @Nullable JedisClusterCalls ofCluster;

  JedisConnectionsBuilder(JedisGuard guard, HostAndPort server, JedisClientConfig config) {
    this.guard = guard;
    this.name = guard.name();
    this.connector = new JedisConnector(guard.parts(), server, config);
    this.connectTimeout = Duration.ofMillis(config.getConnectionTimeoutMillis());
    this.engine = ConnectionPool.builder(connector, guard.plan()).meters(guard.registry());
  }

  /**
   * Names the pool in errors, log lines and the meters' tag {@code pool}.
   *
   * @param pool the name; the guard's unless said
   * @return this
   */
  public JedisConnectionsBuilder name(String pool) {
    name = Objects.requireNonNull(pool, "pool");
    return this;
  }

  /**
   * The most connections, dials under way included.
   *
   * @param most 1 to 10000; 8 unless said, as in commons-pool2
   * @return this
   */
  public JedisConnectionsBuilder maxSize(int most) {
    engine.maxSize(most);
    return this;
  }

  /**
   * How many connections are kept idle and proved, in reserve.
   *
   * @param least 0, unless said, to {@code maxSize}
   * @return this
   */
  public JedisConnectionsBuilder minIdle(int least) {
    engine.minIdle(least);
    return this;
  }

  /**
   * How many callers may wait.
   *
   * @param most at least 0; 1024 unless said
   * @return this
   */
  public JedisConnectionsBuilder maxWaiters(int most) {
    engine.maxWaiters(most);
    return this;
  }

  /**
   * How long a borrower waits, whatever for. Jedis' own pool waits for ever, unless told otherwise.
   *
   * @param timeout above zero; 3 s unless said
   * @return this
   */
  public JedisConnectionsBuilder acquireTimeout(Duration timeout) {
    acquireTimeout = Objects.requireNonNull(timeout, "timeout");
    return this;
  }

  /**
   * After which time without use a connection beyond {@code minIdle} is closed. Unless said, when
   * the plan would have it proved.
   *
   * @param timeout above zero and below the age from which the plan asks for a proof
   * @return this
   */
  public JedisConnectionsBuilder idleTimeout(Duration timeout) {
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
  public JedisConnectionsBuilder leakDetection(Duration after, int sampleOneIn) {
    engine.leakDetection(after, sampleOneIn);
    return this;
  }

  /** It is of a node, and the cluster's client sees to what is lost. */
  JedisConnectionsBuilder ofCluster(JedisClusterCalls calls) {
    ofCluster = calls;
    return this;
  }

  /**
   * Builds the pool, which begins to open its idle connections.
   *
   * @return the pool, closed with the client it is given to
   * @throws dev.holdfast.pool.InvalidPoolSettingsException naming everything that does not fit
   */
  public JedisConnections build() {
    ConnectionPool<GuardedConnection> pool =
        engine
            .name(name)
            .acquireTimeout(acquireTimeout)
            .connectTimeout(
                connectTimeout.compareTo(LEAST_DIAL) < 0 ? LEAST_DIAL : connectTimeout.plus(SLACK))
            .build();
    JedisConnections made =
        new JedisConnections(
            guard.parts(),
            pool,
            new ResidueReports(
                LoggerFactory.getLogger(JedisConnections.class), name, guard.registry()),
            acquireTimeout,
            new ShownConnections(),
            ofCluster,
            closed -> {
              connector.close();
              guard.left(closed);
            });
    guard.joined(made);
    return made;
  }
}
