package dev.holdfast.redis.spring;

import dev.holdfast.redis.jedis.JedisGuard;
import java.lang.reflect.InvocationTargetException;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
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
        guard.jedisFactory(new HostAndPort(getHostName(), getPort()), config()));
  }

  /** As Spring Data itself makes it of the same settings. */
  @SuppressWarnings("deprecation") // what SslOptions replaces is what Spring Data has
  private JedisClientConfig config() {
    JedisClientConfiguration client = getClientConfiguration();
    DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder();
    client.getClientName().ifPresent(config::clientName);
    config.connectionTimeoutMillis(Math.toIntExact(client.getConnectTimeout().toMillis()));
    config.socketTimeoutMillis(Math.toIntExact(client.getReadTimeout().toMillis()));
    config.database(getDatabase());
    RedisStandaloneConfiguration server = getStandaloneConfiguration();
    if (server != null) {
      String user = server.getUsername();
      if (user != null && !user.isBlank()) {
        config.user(user);
      }
      RedisPassword password = server.getPassword();
      password.toOptional().map(String::new).ifPresent(config::password);
    }
    if (client.isUseSsl()) {
      config.ssl(true);
      client.getSslSocketFactory().ifPresent(config::sslSocketFactory);
      client.getHostnameVerifier().ifPresent(config::hostnameVerifier);
      client.getSslParameters().ifPresent(config::sslParameters);
    }
    client.getCustomizer().ifPresent(customizer -> customizer.customize(config));
    return config.build();
  }
}
