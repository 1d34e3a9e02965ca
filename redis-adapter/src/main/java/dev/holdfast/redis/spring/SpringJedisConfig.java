package dev.holdfast.redis.spring;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;

/** The settings of a factory as Spring Data itself hands them to Jedis. */
final class SpringJedisConfig {

  /** Whatever Spring Data sets, in any version; null where its method cannot be reached. */
  private static final @Nullable Method OWN = own();

  private SpringJedisConfig() {}

  private static @Nullable Method own() {
    try {
      Method own =
          JedisConnectionFactory.class.getDeclaredMethod(
              "createClientConfig", int.class, String.class, RedisPassword.class);
      own.setAccessible(true);
      return own;
    } catch (NoSuchMethodException | RuntimeException closed) {
      return null; // a native image without the entry, or another Spring Data
    }
  }

  /** What commands to the nodes of a cluster run on, if it is set and can be read. */
  static Optional<AsyncTaskExecutor> executor(JedisConnectionFactory factory) {
    try {
      Field set = JedisConnectionFactory.class.getDeclaredField("executor");
      set.setAccessible(true);
      return Optional.ofNullable((AsyncTaskExecutor) set.get(factory));
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return Optional.empty();
    }
  }

  static JedisClientConfig of(
      JedisConnectionFactory factory, int database, @Nullable String user, RedisPassword password) {
    if (OWN == null) {
      return likeness(factory.getClientConfiguration(), database, user, password);
    }
    try {
      return (JedisClientConfig) OWN.invoke(factory, database, user, password);
    } catch (IllegalAccessException closed) {
      throw new IllegalStateException("Spring Data's settings of Jedis cannot be read", closed);
    } catch (InvocationTargetException failed) {
      if (failed.getCause() instanceof RuntimeException theirs) {
        throw theirs; // the application's customizer
      }
      throw new IllegalStateException("Spring Data's settings of Jedis failed", failed);
    }
  }

  /** Without the name of the library that its server shows. */
  @SuppressWarnings("deprecation") // what SslOptions replaces is what Spring Data has
  static JedisClientConfig likeness(
      JedisClientConfiguration client,
      int database,
      @Nullable String user,
      RedisPassword password) {
    DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder();
    client.getClientName().ifPresent(config::clientName);
    config.connectionTimeoutMillis(Math.toIntExact(client.getConnectTimeout().toMillis()));
    config.socketTimeoutMillis(Math.toIntExact(client.getReadTimeout().toMillis()));
    config.database(database);
    if (user != null && !user.isBlank()) {
      config.user(user);
    }
    password.toOptional().map(String::new).ifPresent(config::password);
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
