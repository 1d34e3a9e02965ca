package dev.holdfast.benchmarks.pool;

import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Plain sockets to Redis for a pool; blocks on the pool's threads. */
final class RespConnector implements Connector<RespConnection> {

  private final InetSocketAddress server;
  private final Duration timeout;
  final Queue<RespConnection> open = new ConcurrentLinkedQueue<>();
  final AtomicInteger opened = new AtomicInteger();

  RespConnector(InetSocketAddress server, Duration timeout) {
    this.server = server;
    this.timeout = timeout;
  }

  @Override
  public CompletionStage<RespConnection> connect(Liveness liveness) {
    try {
      RespConnection connection = new RespConnection(server, liveness, timeout);
      open.add(connection);
      opened.incrementAndGet();
      return CompletableFuture.completedFuture(connection);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<WireVerdict> prove(RespConnection connection) {
    try {
      connection.command("PING");
      return CompletableFuture.completedFuture(new WireVerdict.Usable());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<WireSnapshot> snapshot(RespConnection connection) {
    return CompletableFuture.completedFuture(connection.probe().read(System.nanoTime()));
  }

  @Override
  public void close(RespConnection connection, CloseReason reason) {
    open.remove(connection);
    try {
      connection.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
