package dev.holdfast.redis.spring;

import dev.holdfast.redis.LettucePool;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.PoolException;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/** Lends what carries commands; opens, for each who asks, what carries subscriptions. */
final class PooledConnectionProvider implements LettuceConnectionProvider, DisposableBean {

  private final LettuceConnectionProvider single;
  private final LettucePool<Object, Object> pool;

  @SuppressWarnings("unchecked") // only this provider gives connections back to it
  PooledConnectionProvider(LettuceConnectionProvider single, LettucePool<?, ?> pool) {
    this.single = single;
    this.pool = (LettucePool<Object, Object>) pool;
  }

  private static boolean pools(Class<?> connectionType) {
    return connectionType.isAssignableFrom(StatefulRedisConnection.class);
  }

  @Override
  public <T extends StatefulConnection<?, ?>> T getConnection(Class<T> connectionType) {
    if (!pools(connectionType)) {
      return single.getConnection(connectionType);
    }
    try {
      return connectionType.cast(pool.borrow());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PoolException("interrupted while waiting for a connection", e);
    }
  }

  @Override
  public <T extends StatefulConnection<?, ?>> CompletionStage<T> getConnectionAsync(
      Class<T> connectionType) {
    return pools(connectionType)
        ? pool.acquire().thenApply(connectionType::cast)
        : single.getConnectionAsync(connectionType);
  }

  @Override
  @SuppressWarnings("unchecked")
  public CompletableFuture<Void> releaseAsync(StatefulConnection<?, ?> connection) {
    return connection instanceof StatefulRedisConnection<?, ?> lent
            && !(connection instanceof StatefulRedisPubSubConnection<?, ?>)
        ? pool.release((StatefulRedisConnection<Object, Object>) lent)
        : single.releaseAsync(connection);
  }

  @Override
  public void destroy() {
    pool.close();
  }
}
