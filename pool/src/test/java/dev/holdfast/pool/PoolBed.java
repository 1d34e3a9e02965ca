package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.FakeServer.Connection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A pool in a simulation, with what tests do to it. */
final class PoolBed {

  static final Duration SERVER_TIMEOUT = Duration.ofMinutes(5);

  final FakeServer server = new FakeServer();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Simulation world;
  final ConnectionPool<Connection> pool;

  PoolBed(long seed, UnaryOperator<PoolBuilder<Connection>> settings) {
    this(seed, plan(), settings);
  }

  PoolBed(long seed, ConnectionPlan plan, UnaryOperator<PoolBuilder<Connection>> settings) {
    world = new Simulation(seed);
    server.millis = world::millis;
    pool =
        settings
            .apply(
                ConnectionPool.builder(server, plan)
                    .name("bed")
                    .meters(registry)
                    .environment(world.environment()))
            .build();
    world.settle();
  }

  static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", SERVER_TIMEOUT)).plan();
  }

  /** Acquires one that is there or can be connected at once. */
  Lease<Connection> acquire() {
    CompletableFuture<Lease<Connection>> future = pool.acquireAsync();
    world.settle();
    assertThat(future).isCompleted();
    return future.join();
  }

  /** Begins to wait. */
  CompletableFuture<Lease<Connection>> await(Duration timeout) {
    CompletableFuture<Lease<Connection>> future = pool.acquireAsync(timeout);
    world.settle();
    return future;
  }

  void release(Lease<?> lease) {
    lease.close();
    world.settle();
  }

  double count(String meter, String tag, String value) {
    return registry.find(meter).tag(tag, value).counters().stream()
        .mapToDouble(one -> one.count())
        .sum();
  }

  /** What a future failed with. */
  static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.handle((value, failure) -> failure).join();
  }
}
