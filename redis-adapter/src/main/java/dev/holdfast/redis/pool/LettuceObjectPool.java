package dev.holdfast.redis.pool;

import dev.holdfast.pool.AcquireException;
import dev.holdfast.pool.PoolClosedException;
import dev.holdfast.redis.LettucePool;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.commons.pool2.ObjectPool;

/**
 * A {@link LettucePool} for code that is written for commons-pool2: {@link ObjectPool}'s contract,
 * with the pool's own rules on what is lent. Closing a borrowed connection returns it too.
 *
 * <p>Thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class LettuceObjectPool<K, V> implements ObjectPool<StatefulRedisConnection<K, V>> {

  private final LettucePool<K, V> pool;

  private LettuceObjectPool(LettucePool<K, V> pool) {
    this.pool = pool;
  }

  /**
   * The same pool under the other interface.
   *
   * @param pool closed with the returned one
   * @param <K> keys
   * @param <V> values
   * @return a drop-in for Lettuce's {@code ConnectionPoolSupport.createGenericObjectPool}
   */
  public static <K, V> LettuceObjectPool<K, V> of(LettucePool<K, V> pool) {
    return new LettuceObjectPool<>(pool);
  }

  /**
   * {@inheritDoc}
   *
   * @throws NoSuchElementException if none came free in the pool's acquire timeout, or too many
   *     wait already; the message has the pool's counts and the last failed connect
   * @throws IllegalStateException if the pool is closed
   * @throws InterruptedException if interrupted while waiting
   */
  @Override
  public StatefulRedisConnection<K, V> borrowObject() throws InterruptedException {
    try {
      return pool.borrow();
    } catch (PoolClosedException closed) {
      throw new IllegalStateException(closed.getMessage(), closed);
    } catch (AcquireException none) {
      throw new NoSuchElementException(none.getMessage(), none);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if it was returned before or is none of this pool's
   */
  @Override
  public void returnObject(StatefulRedisConnection<K, V> connection) {
    CompletableFuture<Void> returned = pool.release(connection);
    if (returned.isCompletedExceptionally()) {
      try {
        returned.join();
      } catch (CompletionException refused) {
        throw refused.getCause() instanceof IllegalStateException own ? own : refused;
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if it was returned before or is none of this pool's
   */
  @Override
  public void invalidateObject(StatefulRedisConnection<K, V> connection) {
    pool.discard(connection);
  }

  /**
   * Opens a connection and waits for it; does nothing if the pool is full.
   *
   * @throws IllegalStateException if the pool is closed
   * @throws InterruptedException if interrupted while waiting
   * @throws Exception as the connect failed
   */
  @Override
  public void addObject() throws Exception {
    try {
      boolean unused = pool.add().get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof PoolClosedException closed) {
        throw new IllegalStateException(closed.getMessage(), closed);
      }
      throw failed.getCause() instanceof Exception cause ? cause : failed;
    }
  }

  @Override
  public int getNumActive() {
    return pool.state().active();
  }

  /** Those that are being proved are nobody's either. */
  @Override
  public int getNumIdle() {
    return pool.state().idle() + pool.state().proving();
  }

  @Override
  public void clear() {
    pool.clear();
  }

  @Override
  public void close() {
    pool.close();
  }

  @Override
  public String toString() {
    return pool.toString();
  }
}
