package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.internal.redis.UnknownRedisPath;
import dev.holdfast.internal.report.ConnectReports;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.EndpointUses;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.report.StartLine;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.socket.AddressMemory;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.internal.socket.SocketConnects;
import dev.holdfast.internal.socket.SocketParts;
import dev.holdfast.internal.socket.SocketSettings;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathWarning;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.socket.ConnectionEnd;
import dev.holdfast.usage.Usage;
import dev.holdfast.wire.WireSnapshot;
import io.github.resilience4j.retry.Retry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.commons.pool2.PooledObjectFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisFactory;

/**
 * Keeps Jedis connections usable over a path that forgets idle flows. In place of the client's own
 * pool:
 *
 * <pre>{@code
 * JedisGuard guard = JedisGuard.create(path.plan());
 * JedisConnections connections = guard.connections(new HostAndPort("redis", 6379), config);
 * RedisClient client =
 *     RedisClient.builder().clientConfig(config).connectionProvider(connections).build();
 * }</pre>
 *
 * <p>From then on no connection is lent that is known to be dead; one that was idle is proved by a
 * PING before a command that must not run twice; a path that dies under a command in flight is
 * given up in about a second. What becomes of the commands then says {@link JedisConnections}.
 *
 * <p>What it composes with: every setting of the {@code JedisClientConfig}, TLS and credentials
 * included, but for token-based authentication ({@code AuthXManager}), which it refuses;
 * client-side caching needs Jedis' own pool and is not used with this one.
 *
 * <p>Thread-safe.
 */
public final class JedisGuard implements Guard {

  private static final Logger LOG = LoggerFactory.getLogger(JedisGuard.class);

  /** {@code maxTotal} of commons-pool 2, which Jedis' pools are built on. */
  private static final int POOL_SIZE = 8;

  private final ConnectionPlan plan;
  private final SocketSettings settings;
  private final boolean ownGate;
  private final UsageSettings usage;
  private final DiagnosisReporter reporter;
  private final ConnectReports connects;
  private final JedisParts parts;
  private final EndpointUses uses;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Set<JedisConnections> pools = ConcurrentHashMap.newKeySet();

  /** Whoever has a factory keeps connections that no pool of the guard's tells of. */
  private volatile boolean hasFactories;

  JedisGuard(
      ConnectionPlan plan,
      SocketSettings settings,
      boolean ownGate,
      ReplayRetry replay,
      Duration declinedPatience,
      int endpointMeters,
      UsageSettings usage) {
    JedisSupport.requireSupported();
    this.plan = plan;
    this.settings = settings;
    this.ownGate = ownGate;
    this.usage = usage;
    this.reporter = new DiagnosisReporter(settings.registry());
    GuardMeters meters = new GuardMeters(settings.registry(), settings.name());
    meters.byEndpoint(endpointMeters);
    this.connects = new ConnectReports(settings.name(), plan, meters, reporter);
    SocketParts sockets = SocketParts.of(settings, meters, reporter);
    this.uses = new EndpointUses(settings.name(), plan, usage, POOL_SIZE, reporter);
    this.parts =
        new JedisParts(
            sockets,
            new SocketConnects(
                sockets,
                Diallers.of(settings, connects),
                new JedisPaths(plan, uses, sockets.names())),
            new AddressMemory(),
            new ReuseCheck(sockets),
            meters,
            replay,
            new JedisMoods(declinedPatience, meters, replay.budgets()),
            connects);
    StartLine.say(LOG, settings.name(), client(), plan, StartLine.nativeEpoll());
    StartLine.warn(
        LOG,
        settings.name(),
        PathWarning.ofUnit("probeAfter", settings.probeAfter()).stream().toList());
  }

  /**
   * A guard for who does not know the path to Redis. It goes by the limits of {@link
   * NetworkPath#unknown}, and by an idle timeout of the server of 240 s. What is known is better
   * declared: see {@link #create(ConnectionPlan)}.
   *
   * @return a guard
   * @throws IllegalStateException if jedis is outside the supported range
   */
  public static JedisGuard create() {
    return create(unknownPath().plan());
  }

  /**
   * The path that {@link #create()} goes by.
   *
   * @return the path
   */
  public static NetworkPath unknownPath() {
    return UnknownRedisPath.path();
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to Redis
   * @return a guard
   * @throws IllegalStateException if jedis is outside the supported range
   */
  public static JedisGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to Redis
   * @return a builder that starts from the defaults
   */
  public static JedisGuardBuilder custom(ConnectionPlan plan) {
    return new JedisGuardBuilder(plan);
  }

  /**
   * Guarded connections to a server, in a pool with default settings.
   *
   * @param server its name and port
   * @param config the client's
   * @return a provider for one client, which closes it
   * @throws IllegalArgumentException as {@link #pool}
   * @throws IllegalStateException as {@link #pool}
   */
  public JedisConnections connections(HostAndPort server, JedisClientConfig config) {
    return pool(server, config).build();
  }

  /**
   * Guarded connections to a server, in a pool with settings of one's own.
   *
   * @param server its name and port
   * @param config the client's
   * @return a builder that starts from the defaults
   * @throws IllegalArgumentException if the config has an {@code AuthXManager}
   * @throws IllegalStateException if the guard is closed, or declared for short-lived use
   */
  public JedisConnectionsBuilder pool(HostAndPort server, JedisClientConfig config) {
    requireUsable(server, config);
    return new JedisConnectionsBuilder(this, server, config);
  }

  /**
   * Guarded connections to whichever server Sentinels name the master.
   *
   * @param master its name
   * @param config the client's, for the master
   * @param sentinels where they are; Jedis' own connections lead to them
   * @param sentinelConfig the client's, for the Sentinels
   * @param settings what is to differ from the pool's defaults
   * @return a provider for one client, which closes it
   * @throws IllegalArgumentException as {@link #pool}
   * @throws IllegalStateException as {@link #pool}
   * @throws redis.clients.jedis.exceptions.JedisException if no Sentinel names the master
   */
  public JedisSentinelConnections sentinel(
      String master,
      JedisClientConfig config,
      Set<HostAndPort> sentinels,
      JedisClientConfig sentinelConfig,
      UnaryOperator<JedisConnectionsBuilder> settings) {
    Objects.requireNonNull(config, "config");
    requirePlainCredentials(config);
    return new JedisSentinelConnections(
        master,
        config,
        sentinels,
        sentinelConfig,
        server -> settings.apply(pool(server, config)).build());
  }

  /**
   * Guarded connections to every node of a cluster, in pools with default settings.
   *
   * @param nodes some of the cluster's, to ask where the slots are
   * @param config the client's, for all nodes
   * @return a provider for one client, which closes it
   * @throws IllegalArgumentException as {@link #pool}
   * @throws IllegalStateException as {@link #pool}
   * @throws redis.clients.jedis.exceptions.JedisException if no node says where the slots are
   */
  public JedisClusterConnections cluster(Set<HostAndPort> nodes, JedisClientConfig config) {
    return cluster(nodes, config, null, pool -> pool);
  }

  /**
   * Guarded connections to every node of a cluster.
   *
   * @param nodes some of the cluster's, to ask where the slots are
   * @param config the client's, for all nodes
   * @param topologyRefreshPeriod how often Jedis is to ask again; null for only when it must
   * @param settings what is to differ from the defaults, for the pool of each node
   * @return a provider for one client, which closes it
   * @throws IllegalArgumentException as {@link #pool}
   * @throws IllegalStateException as {@link #pool}
   * @throws redis.clients.jedis.exceptions.JedisException if no node says where the slots are
   */
  public JedisClusterConnections cluster(
      Set<HostAndPort> nodes,
      JedisClientConfig config,
      @Nullable Duration topologyRefreshPeriod,
      UnaryOperator<JedisConnectionsBuilder> settings) {
    Objects.requireNonNull(settings, "settings");
    for (HostAndPort node : nodes) {
      requireUsable(node, config);
    }
    JedisClusterCalls calls = new JedisClusterCalls(parts);
    return new JedisClusterConnections(
        parts,
        nodes,
        config,
        topologyRefreshPeriod,
        (node, number) ->
            settings
                .apply(pool(node, config).name("%s-node-%d".formatted(name(), number)))
                .ofCluster(calls)
                .build());
  }

  private void requireUsable(HostAndPort server, JedisClientConfig config) {
    Objects.requireNonNull(server, "server");
    requireUsable(config);
  }

  private void requireUsable(JedisClientConfig config) {
    Objects.requireNonNull(config, "config");
    if (closed.get()) {
      throw new IllegalStateException(name() + ": the guard is closed; build another");
    }
    if (usage.usage() == Usage.SHORT_LIVED) {
      throw new IllegalStateException(
          "%s: the guard is declared SHORT_LIVED at %s, and a pool's connections are long-lived; give"
                  .formatted(name(), usage.declaredAt())
              + " the pool a guard declared LONG_LIVED, or not declared");
    }
    requirePlainCredentials(config);
  }

  /**
   * Guarded connections for who keeps {@code ConnectionPool} or {@code JedisPooled} of Jedis: what
   * died is refused before each borrow, unseen, and lost calls have their names; none is moved or
   * sent again.
   *
   * @param server its name and port
   * @param config the client's
   * @return a factory for one pool
   * @throws IllegalArgumentException as {@link #pool}
   * @throws IllegalStateException as {@link #pool}
   */
  public PooledObjectFactory<Connection> connectionFactory(
      HostAndPort server, JedisClientConfig config) {
    requireUsable(server, config);
    return factory(() -> server, config, connection -> connection, connection -> connection);
  }

  /**
   * The same for who keeps {@code JedisPool}: {@code new JedisPool(poolConfig, factory)}.
   *
   * @param server its name and port
   * @param config the client's
   * @return a factory for one pool
   * @throws IllegalArgumentException as {@link #pool}, or if the config asks for RESP3 where Jedis'
   *     own fields cannot be reached
   * @throws IllegalStateException as {@link #pool}
   */
  public PooledObjectFactory<Jedis> jedisFactory(HostAndPort server, JedisClientConfig config) {
    Objects.requireNonNull(config, "config");
    requireUsable(server, config);
    return jedises(() -> server, JedisObject.config(config));
  }

  /**
   * The same for who keeps {@code JedisSentinelPool}: {@code new JedisSentinelPool(master,
   * sentinels, poolConfig, factory, sentinelConfig)}.
   *
   * @param config the client's, for the master
   * @return a factory for one pool, which tells it who is the master
   * @throws IllegalArgumentException as {@link #jedisFactory}
   * @throws IllegalStateException as {@link #pool}
   */
  @SuppressWarnings("deprecation") // it is what JedisSentinelPool takes
  public JedisFactory sentinelFactory(JedisClientConfig config) {
    Objects.requireNonNull(config, "config");
    requireUsable(config);
    JedisClientConfig own = JedisObject.config(config);
    return new GuardedMasterFactory(own, master -> jedises(master, own));
  }

  private PooledObjectFactory<Jedis> jedises(
      Supplier<HostAndPort> server, JedisClientConfig config) {
    return factory(
        server, config, connection -> JedisObject.over(connection, config), Jedis::getConnection);
  }

  private <T> PooledObjectFactory<T> factory(
      Supplier<HostAndPort> server,
      JedisClientConfig config,
      Function<Connection, T> wrap,
      Function<T, Connection> unwrap) {
    hasFactories = true;
    return new GuardedObjects<>(
        parts,
        server,
        config,
        new ResidueReports(LoggerFactory.getLogger(JedisConnections.class), name(), registry()),
        wrap,
        unwrap);
  }

  private void requirePlainCredentials(JedisClientConfig config) {
    boolean tokens;
    try {
      tokens = config.getAuthXManager() != null;
    } catch (NoSuchMethodError older) {
      return;
    }
    if (tokens) {
      throw new IllegalArgumentException(
          name()
              + ": the config has an AuthXManager, and the guarded pool renews no tokens. Use a"
              + " credentialsProvider, which is asked at each connect, with a maximal lifetime"
              + " below the token's in the plan; or Jedis' own pool");
    }
  }

  /**
   * The Resilience4j instance that carries the replay policy, for its events and counters.
   *
   * @return the instance
   */
  public Retry retry() {
    return parts.replay().retry();
  }

  /**
   * Calls a listener for every connection given up. It runs on the thread that gave it up, a
   * caller's or the guard's own: it must be quick and must not block.
   *
   * @param listener the listener
   */
  public void onEnd(Consumer<? super ConnectionEnd> listener) {
    parts.sockets().deaths().onEnd(listener);
  }

  /**
   * Calls a listener for every connect, successful or not. It runs on the thread that connects: it
   * must be quick and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onConnect(Consumer<ConnectReport> listener) {
    connects.onConnect(listener);
  }

  /**
   * Calls a listener for each diagnosis: of every connect that failed or took as long as a lost SYN
   * makes it, at once; and of every connection given up, once it is known whether a new connection
   * works and what became of the other connections, after 15 s at the latest. It must be quick and
   * must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    reporter.onDiagnosis(listener);
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String client() {
    return "Jedis " + JedisSupport.version();
  }

  @Override
  public ConnectionPlan plan() {
    return plan;
  }

  @Override
  public IdleBound idleBound() {
    return parts.sockets().deaths().idleBound();
  }

  @Override
  public List<WireSnapshot> snapshots() {
    return parts.sockets().watch().snapshots();
  }

  @Override
  public List<String> pools() {
    return pools.stream().map(JedisConnections::toString).sorted().toList();
  }

  @Override
  public GuardHealth health() {
    return GuardHealth.of(!closed.get(), settings.gate());
  }

  @Override
  public List<RecentDiagnosis> recentDiagnoses() {
    return reporter.recent();
  }

  /**
   * Takes the guard out of use: its pools are closed, the declarations of its endpoints withdrawn,
   * its gauges removed. Connections on loan work on until they are returned. Counters stay in the
   * registry. Closing it twice does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    pools.forEach(JedisConnections::close);
    uses.close();
    parts.sockets().close();
    if (ownGate && settings.gate() instanceof EndpointGates own) {
      own.close();
    }
  }

  JedisParts parts() {
    return parts;
  }

  MeterRegistry registry() {
    return settings.registry();
  }

  /** A pool that is closed with the guard. */
  void joined(JedisConnections pool) {
    pools.add(pool);
    if (closed.get()) {
      pool.close();
    }
  }

  /** With the last of its pools a client is gone, and so is its claim on the endpoints. */
  void left(JedisConnections pool) {
    if (pools.remove(pool) && pools.isEmpty() && !hasFactories) {
      uses.withdraw();
    }
  }
}
