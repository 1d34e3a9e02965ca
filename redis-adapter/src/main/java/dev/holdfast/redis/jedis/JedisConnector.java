package dev.holdfast.redis.jedis;

import dev.holdfast.internal.socket.Death;
import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Opens a pool's connections to one server. Thread-safe. */
final class JedisConnector implements Connector<GuardedConnection> {

  /** Jedis' word for a first byte that is not of its protocol. */
  private static final String FOREIGN = "Unknown reply";

  private final JedisParts guard;
  private final HostAndPort server;
  private final JedisClientConfig config;
  private final Set<JedisDial> dials = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  JedisConnector(JedisParts guard, HostAndPort server, JedisClientConfig config) {
    this.guard = guard;
    this.server = server;
    this.config = config;
  }

  /** The pool is closed: what is being dialled is given up. */
  void close() {
    closed = true;
    dials.forEach(JedisDial::giveUp);
  }

  @Override
  public CompletionStage<GuardedConnection> connect(Liveness liveness) {
    JedisDial dial = new JedisDial(guard, server, config);
    dials.add(dial);
    if (closed) {
      dial.giveUp();
    }
    try {
      return CompletableFuture.completedFuture(
          new GuardedConnection(guard, dial, config, liveness));
    } catch (Throwable failed) { // of his credentials, say: Kotlin checks no exception
      if (isForeign(failed) && dial.isOpen()) {
        guard.reports().ended(dial.open().foreign());
      }
      dial.abandon();
      return CompletableFuture.failedFuture(failed);
    } finally {
      dials.remove(dial);
    }
  }

  static boolean isForeign(Throwable failed) {
    return failed instanceof JedisConnectionException
        && String.valueOf(failed.getMessage()).startsWith(FOREIGN);
  }

  /** Blocks until the server answers: how long that may take is the pool's business. */
  @Override
  public CompletionStage<WireVerdict> prove(GuardedConnection connection) {
    Death dead = connection.disprove(0);
    return CompletableFuture.completedFuture(
        dead == null
            ? new WireVerdict.Usable()
            : new WireVerdict.Dead(dead.cause(), dead.evidence()));
  }

  /** Where the kernel can be asked, a path that died is noticed; the server is merely slow. */
  @Override
  public CompletionStage<Boolean> forgotten(GuardedConnection connection, long askedNanos) {
    return CompletableFuture.completedFuture(!connection.readable());
  }

  @Override
  public CompletionStage<WireSnapshot> snapshot(GuardedConnection connection) {
    return CompletableFuture.completedFuture(connection.snapshot());
  }

  @Override
  public void close(GuardedConnection connection, CloseReason reason) {
    connection.shut();
  }
}
