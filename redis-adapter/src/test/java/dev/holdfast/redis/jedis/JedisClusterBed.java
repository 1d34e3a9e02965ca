package dev.holdfast.redis.jedis;

import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Clients of a real cluster, each node behind a middlebox of its own. */
final class JedisClusterBed implements AutoCloseable {

  /** Jedis' own default. */
  static final int ATTEMPTS = 5;

  static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final int SLOTS = 16_384;

  private final RedisCluster cluster;
  private final JedisBed bed;
  private final Map<Integer, Middlebox> boxes = new HashMap<>();
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
  private final Set<HostAndPort> nodes;

  JedisClusterBed(RedisCluster cluster) {
    this.cluster = cluster;
    for (int node = 0; node < 2 * RedisCluster.MASTERS; node++) {
      int port = cluster.node(node).port();
      boxes.put(port, Middlebox.to(port).start());
    }
    this.bed = new JedisBed(cluster.node(0).port());
    this.nodes =
        Set.of(
            new HostAndPort("127.0.0.1", cluster.node(0).port()),
            new HostAndPort("127.0.0.1", cluster.node(1).port()));
  }

  JedisBed bed() {
    return bed;
  }

  JedisClientConfig config() {
    return DefaultJedisClientConfig.builder()
        .socketTimeoutMillis(5_000)
        .hostAndPortMapper(node -> new HostAndPort("127.0.0.1", boxAt(node.getPort()).port()))
        .build();
  }

  JedisClusterConnections connections() {
    // No call is proved first, however slow the machine: a PING would be lost in its place.
    JedisClusterConnections connections =
        bed.guard(builder -> builder.probeAfter(DEADLINE)).cluster(nodes, config());
    opened.add(connections);
    return connections;
  }

  ClusterConnectionProvider provider(boolean guarded) {
    if (guarded) {
      return connections();
    }
    ClusterConnectionProvider bare = new ClusterConnectionProvider(nodes, config());
    opened.add(bare);
    return bare;
  }

  UnifiedJedis client(boolean guarded) {
    return client(provider(guarded));
  }

  @SuppressWarnings("deprecation") // all versions have it
  static UnifiedJedis client(ClusterConnectionProvider provider) {
    return new JedisCluster(provider, ATTEMPTS, DEADLINE);
  }

  /** Of a slot that the n-th node has at first. */
  static String key(int node, String name) {
    for (int i = 0; ; i++) {
      String key = name + i;
      if (JedisClusterCRC16.getSlot(key) * RedisCluster.MASTERS / SLOTS == node) {
        return key;
      }
    }
  }

  Middlebox box(int node) {
    return boxAt(cluster.node(node).port());
  }

  private Middlebox boxAt(int port) {
    return Objects.requireNonNull(boxes.get(port));
  }

  /** Opens several connections to each master, and leaves them idle. */
  static void warm(ClusterConnectionProvider provider, int each) {
    for (int node = 0; node < RedisCluster.MASTERS; node++) {
      int slot = JedisClusterCRC16.getSlot(key(node, "warm"));
      Connection[] all = new Connection[each];
      for (int i = 0; i < each; i++) {
        all[i] = provider.getConnectionFromSlot(slot);
      }
      for (Connection one : all) {
        one.close();
      }
    }
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    bed.close();
    boxes.values().forEach(Middlebox::close);
  }
}
