package dev.holdfast.examples;

import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettucePool;
import dev.holdfast.redis.pool.LettuceObjectPool;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import org.apache.commons.pool2.ObjectPool;

/** First steps with pooled connections, asynchronous and as commons-pool2 has them. */
final class PooledQuickstart {

  private PooledQuickstart() {}

  static ObjectPool<StatefulRedisConnection<String, String>> pool(
      LettuceGuard guard, RedisClient client) {
    // readme
    LettucePool<String, String> pool = guard.pool(client).maxSize(16).build();
    ObjectPool<StatefulRedisConnection<String, String>> objects = LettuceObjectPool.of(pool);
    // end
    return objects;
  }
}
