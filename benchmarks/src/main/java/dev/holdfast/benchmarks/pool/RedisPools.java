package dev.holdfast.benchmarks.pool;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.ConnectionPool;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Lease;
import dev.holdfast.pool.Liveness;
import dev.holdfast.redis.LettucePool;
import dev.holdfast.redis.pool.LettuceObjectPool;
import dev.holdfast.wire.WireVerdict;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.support.AsyncConnectionPoolSupport;
import io.lettuce.core.support.BoundedAsyncPool;
import io.lettuce.core.support.BoundedPoolConfig;
import io.lettuce.core.support.ConnectionPoolSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.commons.pool2.ObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;

/** The pools of Lettuce connections, each full before it is measured. */
public final class RedisPools {

  private RedisPools() {}

  /**
   * Holdfast's.
   *
   * @param pool as {@code guard.pool(client)} builds it
   * @param size its size
   * @return the pool
   * @throws Exception if it could not be filled
   */
  public static RedisPool holdfast(LettucePool<String, String> pool, int size) throws Exception {
    fill(size, pool::borrow, StatefulRedisConnection::close);
    return new Own(pool);
  }

  /**
   * Holdfast's, by commons-pool2's interface.
   *
   * @param pool as {@code guard.pool(client)} builds it
   * @param size its size
   * @return the pool
   * @throws Exception if it could not be filled
   */
  public static RedisPool holdfastObjects(LettucePool<String, String> pool, int size)
      throws Exception {
    return objects(LettuceObjectPool.of(pool), size);
  }

  /**
   * The engine of Holdfast's pool over bare connections, which it lends as they are: without limits
   * to their age, proofs, a guard, a view that ends with the loan, or a look at what was left on
   * them. The least a pool can do, and no pool to be recommended.
   *
   * @param connect opens a bare connection
   * @param size of the pool
   * @return the pool
   * @throws Exception if it could not be filled
   */
  public static RedisPool unchecked(
      Supplier<StatefulRedisConnection<String, String>> connect, int size) throws Exception {
    ConnectionPool<StatefulRedisConnection<String, String>> pool =
        ConnectionPool.builder(
                new Trusting(connect),
                NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan())
            .maxSize(size)
            .minIdle(size)
            .build();
    fill(size, pool::acquire, Lease::close);
    return new Unchecked(pool);
  }

  /**
   * commons-pool2 as Lettuce sets it up, without validation, which is its default.
   *
   * @param connect opens a bare connection
   * @param size of the pool
   * @return the pool
   * @throws Exception if it could not be filled
   */
  public static RedisPool commons(
      Supplier<StatefulRedisConnection<String, String>> connect, int size) throws Exception {
    return objects(ConnectionPoolSupport.createGenericObjectPool(connect, config(size)), size);
  }

  /**
   * commons-pool2 with a PING on borrow. Lettuce's own validation is {@code isOpen()}, which asks
   * nobody.
   *
   * @param connect opens a bare connection
   * @param size of the pool
   * @return the pool
   * @throws Exception if it could not be filled
   */
  public static RedisPool commonsWithPing(
      Supplier<StatefulRedisConnection<String, String>> connect, int size) throws Exception {
    GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config = config(size);
    config.setTestOnBorrow(true);
    return objects(
        ConnectionPoolSupport.createGenericObjectPool(
            connect, config, connection -> connection.sync().ping().equals("PONG")),
        size);
  }

  /**
   * Lettuce's own pool with its defaults, without validation. It fails who would have to wait.
   *
   * @param connect opens a bare connection
   * @param size of the pool
   * @return the pool
   * @throws Exception if it could not be filled
   */
  public static RedisPool async(Supplier<StatefulRedisConnection<String, String>> connect, int size)
      throws Exception {
    BoundedAsyncPool<StatefulRedisConnection<String, String>> pool =
        AsyncConnectionPoolSupport.createBoundedObjectPool(
            () -> CompletableFuture.completedFuture(connect.get()),
            BoundedPoolConfig.builder().maxTotal(size).maxIdle(size).build());
    fill(size, () -> pool.acquire().get(), one -> pool.release(one).get());
    return new Async(pool);
  }

  private static GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config(int size) {
    GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config =
        new GenericObjectPoolConfig<>();
    config.setJmxEnabled(false);
    config.setMaxTotal(size);
    config.setMaxIdle(size);
    return config;
  }

  private static RedisPool objects(
      ObjectPool<StatefulRedisConnection<String, String>> pool, int size) throws Exception {
    fill(size, pool::borrowObject, StatefulRedisConnection::close);
    return new Objects(pool);
  }

  private interface Borrow<T> {
    T borrow() throws Exception;
  }

  private interface GiveBack<T> {
    void giveBack(T borrowed) throws Exception;
  }

  private static <T> void fill(int size, Borrow<T> from, GiveBack<T> to) throws Exception {
    List<T> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      all.add(from.borrow());
    }
    for (T one : all) {
      to.giveBack(one);
    }
  }

  private record Own(LettucePool<String, String> pool) implements RedisPool {
    @Override
    public @Nullable String get(String key) throws InterruptedException {
      try (StatefulRedisConnection<String, String> connection = pool.borrow()) {
        return connection.sync().get(key);
      }
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  private record Objects(ObjectPool<StatefulRedisConnection<String, String>> pool)
      implements RedisPool {
    @Override
    public @Nullable String get(String key) throws Exception {
      try (StatefulRedisConnection<String, String> connection = pool.borrowObject()) {
        return connection.sync().get(key);
      }
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  private record Async(BoundedAsyncPool<StatefulRedisConnection<String, String>> pool)
      implements RedisPool {
    @Override
    public @Nullable String get(String key) throws Exception {
      try (StatefulRedisConnection<String, String> connection = pool.acquire().get()) {
        return connection.sync().get(key);
      }
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  private record Unchecked(ConnectionPool<StatefulRedisConnection<String, String>> pool)
      implements RedisPool {
    @Override
    public @Nullable String get(String key) throws InterruptedException {
      try (Lease<StatefulRedisConnection<String, String>> lease = pool.acquire()) {
        return lease.connection().sync().get(key);
      }
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  /** Believes every connection to be well. */
  private record Trusting(Supplier<StatefulRedisConnection<String, String>> open)
      implements Connector<StatefulRedisConnection<String, String>> {
    @Override
    public CompletionStage<StatefulRedisConnection<String, String>> connect(Liveness liveness) {
      return CompletableFuture.completedFuture(open.get());
    }

    @Override
    public CompletionStage<WireVerdict> prove(StatefulRedisConnection<String, String> connection) {
      return CompletableFuture.completedFuture(new WireVerdict.Usable());
    }

    @Override
    public void close(StatefulRedisConnection<String, String> connection, CloseReason reason) {
      connection.closeAsync();
    }
  }
}
