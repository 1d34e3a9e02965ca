package dev.holdfast.benchmarks.transparency;

import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettucePool;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.support.ConnectionPoolSupport;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;

/** A Lettuce client, bare or guarded, for one program after another. */
final class Client implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int POOL_SIZE = 2;

  private final ClientResources resources;
  private final RedisClient client;
  private final @Nullable LettuceGuard guard;
  private final UsersHandler handler = new UsersHandler();

  Client(Mode mode, int port) {
    ClientResources own =
        ClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .nettyCustomizer(handler)
            .build();
    this.guard = mode.guard();
    this.resources = guard == null ? own : guard.install(own);
    this.client =
        RedisClient.create(
            resources,
            RedisURI.builder().withHost("127.0.0.1").withPort(port).withTimeout(TIMEOUT).build());
  }

  UsersHandler handler() {
    return handler;
  }

  void set(Setting setting) {
    ClientOptions.Builder options =
        ClientOptions.builder()
            .protocolVersion(setting.resp3() ? ProtocolVersion.RESP3 : ProtocolVersion.RESP2)
            .disconnectedBehavior(
                setting.rejects()
                    ? DisconnectedBehavior.REJECT_COMMANDS
                    : DisconnectedBehavior.DEFAULT);
    if (setting.queueSize() > 0) {
      options.requestQueueSize(setting.queueSize());
    }
    client.setOptions(guard == null ? options.build() : guard.options(options.build()));
    handler.present(setting.handler());
  }

  <K, V> StatefulRedisConnection<K, V> connect(Codec<K, V> codec, boolean shared) {
    StatefulRedisConnection<K, V> connection = client.connect(codec.codec());
    return shared && guard != null ? guard.shared(connection) : connection;
  }

  <K, V> StatefulRedisPubSubConnection<K, V> connectPubSub(Codec<K, V> codec) {
    return client.connectPubSub(codec.codec());
  }

  /** Connections on loan; what is lent is returned by closing it. */
  interface Pool<K, V> extends AutoCloseable {
    StatefulRedisConnection<K, V> borrow() throws Exception;

    @Override
    void close();
  }

  <K, V> Pool<K, V> pool(Codec<K, V> codec) {
    return guard == null ? commons(codec) : guarded(guard, codec);
  }

  private <K, V> Pool<K, V> commons(Codec<K, V> codec) {
    GenericObjectPoolConfig<StatefulRedisConnection<K, V>> config = new GenericObjectPoolConfig<>();
    config.setMaxTotal(POOL_SIZE);
    GenericObjectPool<StatefulRedisConnection<K, V>> pool =
        ConnectionPoolSupport.createGenericObjectPool(() -> client.connect(codec.codec()), config);
    return new Pool<>() {
      @Override
      public StatefulRedisConnection<K, V> borrow() throws Exception {
        return pool.borrowObject(TIMEOUT);
      }

      @Override
      public void close() {
        pool.close();
      }
    };
  }

  private <K, V> Pool<K, V> guarded(LettuceGuard installed, Codec<K, V> codec) {
    LettucePool<K, V> pool =
        LettucePool.of(installed, client, codec.codec())
            .maxSize(POOL_SIZE)
            .acquireTimeout(TIMEOUT)
            .build();
    return new Pool<>() {
      @Override
      public StatefulRedisConnection<K, V> borrow() throws Exception {
        return pool.borrow();
      }

      @Override
      public void close() {
        pool.close();
      }
    };
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ZERO);
    resources.shutdown(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(TIMEOUT.toMillis());
  }
}
