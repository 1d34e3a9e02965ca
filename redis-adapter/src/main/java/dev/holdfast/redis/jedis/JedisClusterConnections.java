package dev.holdfast.redis.jedis;

import dev.holdfast.pool.PoolState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * Guarded connections to every node of a Redis cluster, a pool for each. Give it to a client in
 * place of its own provider:
 *
 * <pre>{@code
 * RedisClusterClient.builder().nodes(nodes).clientConfig(config)
 *     .connectionProvider(connections).build();                        // 7.4, 8
 * new JedisCluster(connections, maxAttempts, maxTotalRetriesDuration); // 5.2 to 7
 * }</pre>
 *
 * <p>Where the slots are, redirections and the refresh of both stay Jedis' own, and so does the
 * repetition of what was lost, {@code maxAttempts} times at the most: a command that was never
 * sent, and one that may run twice. Any other fails at once with a {@link
 * JedisClusterOperationException}, as of attempts that are used up, whose cause is an {@link
 * AmbiguousJedisOutcomeException}. Its connections that only ask where the slots are are Jedis'
 * own.
 *
 * <p>A pool whose node has left the cluster is closed. Thread-safe.
 */
public final class JedisClusterConnections extends ClusterConnectionProvider {

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Of the command that this thread wants a connection for. */
  private static final ThreadLocal<@Nullable Boolean> MAY_RUN_TWICE = new ThreadLocal<>();

  /** Opens the pool of a node, which has a number, small and its own while it is in the cluster. */
  @FunctionalInterface
  interface Nodes {
    JedisConnections open(HostAndPort node, int number);
  }

  private final JedisParts guard;
  private final Nodes nodes;
  private final BitSet numbers = new BitSet();
  private final Map<HostAndPort, Integer> numbered = new HashMap<>();
  private final Map<HostAndPort, JedisConnections> pools = new ConcurrentHashMap<>();
  private final AtomicLong lookedNanos = new AtomicLong(System.nanoTime());
  private volatile boolean closed;

  JedisClusterConnections(
      JedisParts guard,
      Set<HostAndPort> start,
      JedisClientConfig config,
      @Nullable Duration refreshPeriod,
      Nodes nodes) {
    super(start, config, ShownConnections.settings(), refreshPeriod);
    this.guard = guard;
    this.nodes = nodes;
  }

  private JedisConnections pool(HostAndPort node) {
    JedisConnections known = pools.get(node);
    JedisConnections pool = known == null ? pools.computeIfAbsent(node, this::open) : known;
    if (closed) {
      pool.close();
    }
    return pool;
  }

  private JedisConnections open(HostAndPort node) {
    int number;
    synchronized (numbers) {
      number = numbers.nextClearBit(1);
      numbers.set(number);
      numbered.put(node, number);
    }
    return nodes.open(node, number);
  }

  /** Whoever has left the cluster has no pool any more; once a second is soon enough. */
  private void look() {
    long now = System.nanoTime();
    long last = lookedNanos.get();
    if (now - last > LOOK_NANOS && lookedNanos.compareAndSet(last, now)) {
      forget(super.getNodes().keySet());
    }
  }

  private void forget(Set<String> present) {
    for (HostAndPort node : List.copyOf(pools.keySet())) {
      if (!present.contains(node.toString())) {
        JedisConnections left = pools.remove(node);
        if (left != null) {
          left.close();
          free(node);
        }
      }
    }
  }

  private void free(HostAndPort node) {
    synchronized (numbers) {
      Integer number = numbered.remove(node);
      if (number != null) {
        numbers.clear(number);
      }
    }
  }

  private Connection lend(HostAndPort node) {
    look();
    boolean twice = Boolean.TRUE.equals(MAY_RUN_TWICE.get());
    JedisConnections pool = pool(node);
    try {
      return pool.lend(false, twice, false);
    } catch (JedisException none) {
      JedisConnections next = pool(node);
      if (next == pool || closed) {
        throw none;
      }
      return next.lend(false, twice, false); // it had left, and is back
    }
  }

  /**
   * Borrows a connection for one command.
   *
   * @param args of the command
   * @return a connection to the node that has its slot, to be closed once
   */
  @Override
  public Connection getConnection(CommandArguments args) {
    MAY_RUN_TWICE.set(guard.mayRunTwice(args));
    try {
      return super.getConnection(args);
    } finally {
      MAY_RUN_TWICE.remove();
    }
  }

  /**
   * Borrows a connection to a replica for one command.
   *
   * @param args of the command
   * @return a connection to a replica of the node that has its slot, to be closed once
   */
  @Override
  public Connection getReplicaConnection(CommandArguments args) {
    MAY_RUN_TWICE.set(guard.mayRunTwice(args));
    try {
      return super.getReplicaConnection(args);
    } finally {
      MAY_RUN_TWICE.remove();
    }
  }

  /**
   * Borrows a connection to a node, for whatever its borrower does with it.
   *
   * @param node null for any
   * @return a connection, to be closed once
   */
  @Override
  public Connection getConnection(@Nullable HostAndPort node) {
    return node == null ? getConnection() : lend(node);
  }

  /**
   * Borrows a connection to any node that can be reached.
   *
   * @return a connection, to be closed once
   */
  @Override
  public Connection getConnection() {
    List<HostAndPort> nodes = new ArrayList<>(primaries());
    Collections.shuffle(nodes);
    JedisClusterOperationException none =
        new JedisClusterOperationException("No reachable node in cluster.");
    for (HostAndPort node : nodes) {
      try {
        return lend(node);
      } catch (JedisException unreachable) {
        if (none.getSuppressed().length == 0) {
          none.addSuppressed(unreachable);
        }
      }
    }
    throw none;
  }

  @Override
  public Connection getConnectionFromSlot(int slot) {
    HostAndPort node = getNode(slot);
    if (node == null) { // as Jedis: try to find out, and else ask anybody
      renewSlotCache();
      node = getNode(slot);
    }
    return getConnection(node);
  }

  @Override
  public Connection getReplicaConnectionFromSlot(int slot) {
    HostAndPort replica = replica(slot);
    if (replica == null) {
      renewSlotCache();
      replica = replica(slot);
    }
    return replica == null ? getConnectionFromSlot(slot) : lend(replica);
  }

  private @Nullable HostAndPort replica(int slot) {
    List<ConnectionPool> replicas = cache.getSlotReplicaPools(slot);
    if (replicas == null || replicas.isEmpty()) {
      return null;
    }
    ConnectionPool one = replicas.get(ThreadLocalRandom.current().nextInt(replicas.size()));
    for (Map.Entry<String, ConnectionPool> node : super.getNodes().entrySet()) {
      if (node.getValue() == one) {
        return HostAndPort.from(node.getKey());
      }
    }
    return null;
  }

  private Collection<HostAndPort> primaries() {
    return nodes(primaryNames());
  }

  /** Before 7 it does not tell them from others. */
  private Set<String> primaryNames() {
    try {
      return super.getPrimaryNodes().keySet();
    } catch (NoSuchMethodError older) {
      return super.getNodes().keySet();
    }
  }

  private static List<HostAndPort> nodes(Set<String> names) {
    return names.stream().map(HostAndPort::from).collect(Collectors.toList());
  }

  private Map<String, ConnectionPool> shown(Set<String> names) {
    look();
    Map<String, ConnectionPool> shown = new HashMap<>();
    for (HostAndPort node : nodes(names)) {
      shown.put(node.toString(), (ConnectionPool) pool(node).getPool());
    }
    return shown;
  }

  @Override
  public Map<String, ConnectionPool> getNodes() {
    return shown(super.getNodes().keySet());
  }

  @Override
  public Map<String, ConnectionPool> getPrimaryNodes() {
    return shown(primaryNames());
  }

  @Override
  public Map<String, ConnectionPool> getConnectionMap() {
    return Collections.unmodifiableMap(getNodes());
  }

  @Override
  public Map<String, ConnectionPool> getPrimaryNodesConnectionMap() {
    return Collections.unmodifiableMap(getPrimaryNodes());
  }

  /**
   * The pools at this moment.
   *
   * @return the counts of each node that was connected to
   */
  public Map<HostAndPort, PoolState> states() {
    Map<HostAndPort, PoolState> states = new HashMap<>();
    pools.forEach((node, pool) -> states.put(node, pool.state()));
    return states;
  }

  /** Ends the refresh of the topology, and closes the connections as {@link JedisConnections}. */
  @Override
  public void close() {
    super.close();
    closed = true;
    pools.values().forEach(JedisConnections::close);
  }
}
