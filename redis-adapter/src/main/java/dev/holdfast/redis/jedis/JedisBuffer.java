package dev.holdfast.redis.jedis;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.util.RedisInputStream;

/** What a connection has read ahead and nobody has asked for; Jedis itself does not tell. */
final class JedisBuffer {

  private static final @Nullable VarHandle STREAM =
      field(Connection.class, "inputStream", RedisInputStream.class);
  private static final @Nullable VarHandle READ = field(RedisInputStream.class, "count", int.class);
  private static final @Nullable VarHandle FILLED =
      field(RedisInputStream.class, "limit", int.class);

  private JedisBuffer() {}

  private static @Nullable VarHandle field(Class<?> in, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(in, MethodHandles.lookup())
          .findVarHandle(in, name, type);
    } catch (ReflectiveOperationException | RuntimeException closed) {
      return null; // a native image without the entry, or another Jedis
    }
  }

  /** Whether there is some; false where Jedis' buffer cannot be reached. */
  static boolean holdsInput(Connection connection) {
    if (STREAM == null || READ == null || FILLED == null) {
      return false;
    }
    RedisInputStream stream = (RedisInputStream) STREAM.get(connection);
    return stream != null && (int) READ.get(stream) < (int) FILLED.get(stream);
  }
}
