package dev.holdfast.redis.jedis;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * Guarded connections to the master that Sentinels name. Jedis listens to them; once they name
 * another, its connections are what is lent, and idle ones to the old one are closed. Thread-safe.
 */
public final class JedisSentinelConnections extends SentineledConnectionProvider {

  /** Whom the Sentinels named, and connections to it. */
  private record Lead(HostAndPort master, JedisConnections connections) {}

  private final Function<HostAndPort, JedisConnections> open;
  private volatile @Nullable Lead lead;
  private boolean closed;

  JedisSentinelConnections(
      String master,
      JedisClientConfig config,
      Set<HostAndPort> sentinels,
      JedisClientConfig sentinelConfig,
      Function<HostAndPort, JedisConnections> open) {
    super(master, config, sentinels, sentinelConfig);
    this.open = open;
  }

  /**
   * Connections to the master of this moment.
   *
   * @return closed once another is named
   */
  public JedisConnections connections() {
    Lead known = lead;
    HostAndPort master = getCurrentMaster();
    return known != null && known.master().equals(master) ? known.connections() : follow();
  }

  private synchronized JedisConnections follow() {
    HostAndPort master = getCurrentMaster();
    Lead known = lead;
    if (known != null && (closed || known.master().equals(master))) {
      return known.connections();
    }
    JedisConnections next = open.apply(master);
    next.ledBy(this::connections);
    lead = new Lead(master, next);
    if (known != null) {
      known.connections().close();
    }
    if (closed) {
      next.close();
    }
    return next;
  }

  /**
   * Borrows a connection for whatever its borrower does with it.
   *
   * @return a connection to the master, to be closed once
   */
  @Override
  public Connection getConnection() {
    return connections().getConnection();
  }

  /**
   * Borrows a connection for one command.
   *
   * @param args of the command
   * @return a connection to the master, to be closed once
   */
  @Override
  public Connection getConnection(CommandArguments args) {
    return connections().getConnection(args);
  }

  @Override
  public Map<?, Pool<Connection>> getConnectionMap() {
    return Map.of(getCurrentMaster(), connections().getPool());
  }

  @Override
  public Map<?, Pool<Connection>> getPrimaryNodesConnectionMap() {
    return getConnectionMap();
  }

  /** Ends listening to the Sentinels, and closes the connections as {@link JedisConnections}. */
  @Override
  public void close() {
    super.close();
    Lead last;
    synchronized (this) {
      closed = true;
      last = lead;
    }
    if (last != null) {
      last.connections().close();
    }
  }
}
