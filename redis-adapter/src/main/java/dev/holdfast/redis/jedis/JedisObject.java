package dev.holdfast.redis.jedis;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandObjects;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;

/**
 * A {@link Jedis} over a connection that is there already, as Jedis makes one of a config. Its own
 * constructor for that takes the connection only: the answers of a RESP3 server would be read as
 * RESP2's.
 */
final class JedisObject {

  private static final @Nullable Field OBJECTS = field(Jedis.class, "commandObjects");
  private static final @Nullable Field PROTOCOL = field(CommandObjects.class, "protocol");

  private JedisObject() {}

  private static @Nullable Field field(Class<?> in, String name) {
    try {
      Field field = in.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return null; // a native image without the entry, or another Jedis
    }
  }

  /**
   * What its connection goes by: from 8 on a {@code Jedis} does not let its server choose the
   * protocol.
   *
   * @throws IllegalArgumentException if its answers could not be read
   */
  static JedisClientConfig config(JedisClientConfig config) {
    if (config.getRedisProtocol() == RedisProtocol.RESP3 && (OBJECTS == null || PROTOCOL == null)) {
      throw new IllegalArgumentException(
          "RESP3 is asked for, and this Jedis cannot be told to read it over a guarded connection."
              + " Use RedisProtocol.RESP2, or guard.connections(server, config)");
    }
    try {
      return config.getRedisProtocol() == null && config.isAutoNegotiateProtocol()
          ? DefaultJedisClientConfig.builder().from(config).autoNegotiateProtocol(false).build()
          : config;
    } catch (NoSuchMethodError older) {
      return config;
    }
  }

  /** Selects its database once more, as Jedis' pool does before it lends one, to know which. */
  static Jedis over(Connection connection, JedisClientConfig config) {
    Jedis made = new Jedis(connection);
    if (config.getRedisProtocol() == RedisProtocol.RESP3 && OBJECTS != null && PROTOCOL != null) {
      try {
        PROTOCOL.set(OBJECTS.get(made), RedisProtocol.RESP3);
      } catch (IllegalAccessException closed) {
        throw new IllegalStateException("RESP3 cannot be read over a guarded connection", closed);
      }
    }
    if (config.getDatabase() != made.getDB()) {
      made.select(config.getDatabase());
    }
    return made;
  }
}
