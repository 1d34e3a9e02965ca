package dev.holdfast.benchmarks.soak;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.pool.LettuceObjectPool;
import dev.holdfast.report.DiagnosisEvent;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.pool2.ObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/** Lettuce: one shared connection, a pool and a subscriber, of one client. */
final class RedisSide implements AutoCloseable {

  /** What a caller waits at most. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  static final int POOL_SIZE = 6;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private final ClientResources resources;
  private final RedisClient client;
  private final ObjectPool<StatefulRedisConnection<String, String>> pool;
  private final StatefulRedisConnection<String, String> shared;
  private final StatefulRedisPubSubConnection<String, String> subscriber;

  private RedisSide(
      ClientResources resources,
      RedisClient client,
      ObjectPool<StatefulRedisConnection<String, String>> pool) {
    this.resources = resources;
    this.client = client;
    this.pool = pool;
    this.shared = client.connect();
    this.subscriber = client.connectPubSub();
  }

  /** With what Lettuce's manual advises: keepalive, a user timeout, and a command timeout. */
  static RedisSide bare(String address, int port) {
    ClientResources resources = resources();
    RedisClient client = RedisClient.create(resources, uri(address, port));
    client.setOptions(options(tunedSocket()));
    var config = new GenericObjectPoolConfig<StatefulRedisConnection<String, String>>();
    config.setMaxTotal(POOL_SIZE);
    config.setMaxIdle(POOL_SIZE);
    config.setMaxWait(TIMEOUT);
    // Lettuce's wrapped connections cannot be invalidated: the pool does not know them.
    return new RedisSide(
        resources,
        client,
        ConnectionPoolSupport.createGenericObjectPool(client::connect, config, false));
  }

  /** With the guard's own settings, for a path of which nothing is known. */
  static RedisSide guarded(String address, int port, Consumer<DiagnosisEvent> diagnoses) {
    LettuceGuard guard =
        LettuceGuard.custom(
                NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    guard.onDiagnosis(diagnoses);
    ClientResources resources = guard.install(resources());
    RedisClient client = RedisClient.create(resources, uri(address, port));
    client.setOptions(guard.options(options(plainSocket())));
    return new RedisSide(
        resources,
        client,
        LettuceObjectPool.of(
            guard.pool(client).maxSize(POOL_SIZE).acquireTimeout(TIMEOUT).build()));
  }

  /** As Lettuce's manual advises. */
  static SocketOptions tunedSocket() {
    return SocketOptions.builder()
        .connectTimeout(CONNECT_TIMEOUT)
        .keepAlive(
            KeepAliveOptions.builder()
                .enable()
                .idle(Duration.ofSeconds(5))
                .interval(Duration.ofSeconds(1))
                .count(3)
                .build())
        .tcpUserTimeout(
            TcpUserTimeoutOptions.builder().enable().tcpUserTimeout(Duration.ofSeconds(8)).build())
        .build();
  }

  /** The rest is the guard's. */
  static SocketOptions plainSocket() {
    return SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build();
  }

  static ClientOptions options(SocketOptions socket) {
    return ClientOptions.builder()
        .socketOptions(socket)
        .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
        .build();
  }

  static ClientResources resources() {
    return ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
  }

  static RedisURI uri(String address, int port) {
    RedisURI uri = RedisURI.create(address, port);
    uri.setTimeout(TIMEOUT);
    return uri;
  }

  StatefulRedisConnection<String, String> shared() {
    return shared;
  }

  ObjectPool<StatefulRedisConnection<String, String>> pool() {
    return pool;
  }

  StatefulRedisPubSubConnection<String, String> subscriber() {
    return subscriber;
  }

  @Override
  public void close() {
    pool.close();
    client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
