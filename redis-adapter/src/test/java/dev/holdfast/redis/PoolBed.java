package dev.holdfast.redis;

import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A pool of guarded connections to a Redis. */
final class PoolBed implements AutoCloseable {

  private final RedisBed bed;
  private final RedisServer server;
  final LettuceGuard guard;
  final RedisClient client;
  final LettucePool<String, String> pool;

  PoolBed(RedisServer server, UnaryOperator<LettucePoolBuilder<String, String>> settings) {
    this.server = server;
    this.bed = new RedisBed(server, Forgetting.SILENCE);
    this.guard = LettuceGuard.custom(RedisBed.direct()).meterRegistry(bed.meters()).build();
    RedisURI uri = RedisURI.create("127.0.0.1", server.port());
    uri.setTimeout(Duration.ofSeconds(5));
    this.client = bed.guarded(guard, ClientOptions.create(), uri);
    this.pool =
        settings.apply(guard.pool(client).name("orders").acquireTimeout(RedisBed.SOON)).build();
  }

  /** The server's number for a connection. */
  static long id(StatefulRedisConnection<String, String> connection) {
    return connection.sync().clientId();
  }

  /** Ends a connection from outside. */
  void kill(long id) {
    server.command("CLIENT", "KILL", "ID", Long.toString(id));
  }

  /** As after the death of a sibling. */
  void suspectAll() {
    guard.deaths().suspect(new Suspicion(System.nanoTime(), Duration.ZERO));
  }

  double count(String meter, String tag, String value) {
    return bed.meter(meter, "pool", "orders", tag, value);
  }

  double closed(String reason) {
    return count("holdfast.pool.closed", "reason", reason);
  }

  double swaps(String cause) {
    return bed.meter("holdfast.swaps", "cause", cause);
  }

  @Override
  public void close() throws Exception {
    pool.close();
    bed.close();
  }
}
