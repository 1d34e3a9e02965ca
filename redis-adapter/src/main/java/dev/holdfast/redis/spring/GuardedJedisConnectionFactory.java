package dev.holdfast.redis.spring;

import dev.holdfast.redis.jedis.JedisConnectionsBuilder;
import dev.holdfast.redis.jedis.JedisGuard;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.JedisSentinelPool;
import redis.clients.jedis.util.Pool;

/**
 * Spring Data's connection factory for Jedis with guarded connections in its pool: what died is
 * refused before each borrow, unseen, and lost calls have their names; see {@link
 * JedisGuard#jedisFactory}. In Spring Boot it replaces the one that is configured for you:
 *
 * <pre>{@code
 * @Bean
 * JedisConnectionFactory redis(JedisGuard guard) {
 *   return new GuardedJedisConnectionFactory(
 *       guard,
 *       new RedisStandaloneConfiguration("redis", 6379),
 *       JedisClientConfiguration.builder().usePooling().build());
 * }
 * }</pre>
 *
 * <p>From Spring Data Redis 4.1 on it is as with {@code setUseUnifiedJedis(false)}.
 */
public class GuardedJedisConnectionFactory extends JedisConnectionFactory {

  /** As Spring Data. */
  private static final int REDIRECTS = 5;

  /** Of connections to a node where no number is set. */
  private static final int MOST = 10_000;

  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final JedisGuard guard;

  /**
   * A factory that connects on demand.
   *
   * @param guard of the connections
   * @param server standalone
   * @param client your settings
   * @throws IllegalArgumentException if the client does not pool
   */
  public GuardedJedisConnectionFactory(
      JedisGuard guard, RedisStandaloneConfiguration server, JedisClientConfiguration client) {
    super(server, pooled(client));
    this.guard = guard;
  }

  /**
   * A factory that connects on demand, to whichever server Sentinels name the master.
   *
   * @param guard of the connections
   * @param server Sentinels
   * @param client your settings
   */
  public GuardedJedisConnectionFactory(
      JedisGuard guard, RedisSentinelConfiguration server, JedisClientConfiguration client) {
    super(server, client);
    this.guard = guard;
  }

  /**
   * A factory that connects on demand, to the nodes of a cluster.
   *
   * @param guard of the connections
   * @param server nodes of the cluster
   * @param client your settings; of those of its pool, {@code maxTotal}, {@code minIdle} and {@code
   *     maxWait} hold for each node
   */
  public GuardedJedisConnectionFactory(
      JedisGuard guard, RedisClusterConfiguration server, JedisClientConfiguration client) {
    super(server, client);
    this.guard = guard;
  }

  /**
   * Whether a factory keeps connections, which the guard protects.
   *
   * @param made of any kind
   * @return false if it opens one for each use
   */
  public static boolean canGuard(JedisConnectionFactory made) {
    return made.getClientConfiguration().isUsePooling()
        || made.getSentinelConfiguration() != null
        || made.getClusterConfiguration() != null;
  }

  /**
   * A factory with the same settings as another, which has not been initialized and is not used any
   * more.
   *
   * @param made with its settings
   * @param guard of the connections
   * @return not initialized either
   * @throws IllegalArgumentException if it does not pool, see {@link #canGuard}
   */
  public static GuardedJedisConnectionFactory inPlaceOf(
      JedisConnectionFactory made, JedisGuard guard) {
    GuardedJedisConnectionFactory next = sameServer(made, guard);
    next.setConvertPipelineAndTxResults(made.getConvertPipelineAndTxResults());
    next.setAutoStartup(made.isAutoStartup());
    next.setEarlyStartup(made.isEarlyStartup());
    next.setPhase(made.getPhase());
    SpringJedisConfig.executor(made).ifPresent(next::setExecutor);
    return next;
  }

  private static GuardedJedisConnectionFactory sameServer(
      JedisConnectionFactory made, JedisGuard guard) {
    JedisClientConfiguration client = made.getClientConfiguration();
    RedisClusterConfiguration cluster = made.getClusterConfiguration();
    if (cluster != null) {
      return new GuardedJedisConnectionFactory(guard, cluster, client);
    }
    RedisSentinelConfiguration sentinels = made.getSentinelConfiguration();
    return sentinels != null
        ? new GuardedJedisConnectionFactory(guard, sentinels, client)
        : new GuardedJedisConnectionFactory(
            guard, Objects.requireNonNull(made.getStandaloneConfiguration()), client);
  }

  @Override
  public void afterPropertiesSet() {
    lendJedises();
    super.afterPropertiesSet();
  }

  private static JedisClientConfiguration pooled(JedisClientConfiguration client) {
    if (!client.isUsePooling()) {
      throw new IllegalArgumentException(
          "the JedisClientConfiguration opens a connection for each use: the guard protects those"
              + " that are kept. Build it with JedisClientConfiguration.builder().usePooling()");
    }
    return client;
  }

  /** From 4.1 on Spring Data would build a client of its own, with a pool of its own. */
  private void lendJedises() {
    try {
      JedisConnectionFactory.class
          .getMethod("setUseUnifiedJedis", boolean.class)
          .invoke(this, false);
    } catch (NoSuchMethodException older) {
      // it lends them anyway
    } catch (IllegalAccessException | InvocationTargetException changed) {
      throw new IllegalStateException("setUseUnifiedJedis(false) failed", changed);
    }
  }

  @SuppressWarnings("deprecation") // it is what Spring Data lends from
  @Override
  protected Pool<Jedis> createRedisPool() {
    return new JedisPool(
        this.<Jedis>getPoolConfig(),
        guard.jedisFactory(
            new HostAndPort(getHostName(), getPort()),
            config(Objects.requireNonNull(getStandaloneConfiguration()))));
  }

  @SuppressWarnings("deprecation") // it is what Spring Data lends from
  @Override
  protected Pool<Jedis> createRedisSentinelPool(RedisSentinelConfiguration server) {
    GenericObjectPoolConfig<Jedis> pool = getPoolConfig();
    return new JedisSentinelPool(
        Objects.requireNonNull(server.getMaster()).getName(),
        servers(server.getSentinels()),
        pool == null ? new JedisPoolConfig() : pool,
        guard.sentinelFactory(config(server)),
        SpringJedisConfig.of(this, 0, server.getSentinelUsername(), server.getSentinelPassword()));
  }

  @SuppressWarnings("deprecation") // it is what Spring Data has
  @Override
  protected JedisCluster createCluster(
      RedisClusterConfiguration server, @Nullable GenericObjectPoolConfig<Connection> pool) {
    JedisClientConfig config = config(server);
    Integer most = server.getMaxRedirects();
    int attempts = most == null ? REDIRECTS : most;
    return new JedisCluster(
        guard.cluster(
            servers(server.getClusterNodes()), config, null, settings -> as(pool, settings)),
        attempts,
        Duration.ofMillis((long) config.getSocketTimeoutMillis() * attempts));
  }

  private JedisClientConfig config(RedisConfiguration.WithAuthentication server) {
    return SpringJedisConfig.of(this, getDatabase(), server.getUsername(), server.getPassword());
  }

  private static Set<HostAndPort> servers(Set<RedisNode> nodes) {
    return nodes.stream()
        .map(
            node ->
                new HostAndPort(
                    Objects.requireNonNull(node.getHost()), Objects.requireNonNull(node.getPort())))
        .collect(Collectors.toSet());
  }

  private static JedisConnectionsBuilder as(
      @Nullable GenericObjectPoolConfig<Connection> pool, JedisConnectionsBuilder settings) {
    if (pool == null) {
      return settings;
    }
    Duration wait = pool.getMaxWaitDuration();
    int most = pool.getMaxTotal() < 0 ? MOST : Math.min(MOST, pool.getMaxTotal());
    return settings
        .maxSize(most)
        .minIdle(Math.min(most, pool.getMinIdle()))
        .acquireTimeout(wait.isNegative() ? FOR_EVER : wait);
  }
}
