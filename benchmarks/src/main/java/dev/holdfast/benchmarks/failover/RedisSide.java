package dev.holdfast.benchmarks.failover;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettuceGuardBuilder;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The clients of one scene, and what has to be closed with them. Not thread-safe. */
final class RedisSide implements AutoCloseable {

  /** Of each call; a caller who waits longer would not notice that he could succeed. */
  static final Duration CALL = Duration.ofSeconds(1);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final LettuceGuard guard;
  private final UnaryOperator<ClientResources.Builder> with;

  RedisSide(
      UnaryOperator<LettuceGuardBuilder> settings, UnaryOperator<ClientResources.Builder> with) {
    this.guard = settings.apply(guard(direct())).build();
    this.with = with;
    opened.push(guard);
  }

  RedisSide() {
    this(each -> each, each -> each);
  }

  private static LettuceGuardBuilder guard(ConnectionPlan plan) {
    return LettuceGuard.custom(plan).meterRegistry(new SimpleMeterRegistry());
  }

  static ConnectionPlan direct() {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan();
  }

  LettuceGuard guard() {
    return guard;
  }

  static RedisURI.Builder to(int port) {
    return RedisURI.builder().withHost("127.0.0.1").withPort(port).withTimeout(CALL);
  }

  private ClientResources resources(boolean guarded) {
    ClientResources own =
        with.apply(ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2))
            .build();
    opened.push(() -> own.shutdown(0, 0, TimeUnit.SECONDS).get());
    return guarded ? guard.install(own) : own;
  }

  RedisClient client(boolean guarded, RedisURI uri) {
    RedisClient client = RedisClient.create(resources(guarded), uri);
    opened.push(() -> client.shutdown(Duration.ZERO, Duration.ZERO));
    if (guarded) {
      client.setOptions(guard.options(ClientOptions.create()));
    }
    return client;
  }

  RedisClusterClient cluster(boolean guarded, RedisURI uri, ClusterClientOptions options) {
    RedisClusterClient client = RedisClusterClient.create(resources(guarded), uri);
    opened.push(() -> client.shutdown(Duration.ZERO, Duration.ZERO));
    client.setOptions(guarded ? guard.options(options) : options);
    return client;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }
}
