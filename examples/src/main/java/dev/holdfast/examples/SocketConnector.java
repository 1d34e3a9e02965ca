package dev.holdfast.examples;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.pool.CloseReason;
import dev.holdfast.pool.Connector;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** All that the pool asks of a client: to connect, to prove, to read and to close. */
final class SocketConnector implements Connector<SocketConnection> {

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final InetSocketAddress server;

  SocketConnector(InetSocketAddress server) {
    this.server = server;
  }

  @Override
  public CompletionStage<SocketConnection> connect(Liveness liveness) {
    try {
      return CompletableFuture.completedFuture(new SocketConnection(server, liveness));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public CompletionStage<WireVerdict> prove(SocketConnection connection) {
    WireVerdict verdict = new WireVerdict.Usable();
    try {
      connection.call("PING", PATIENCE);
    } catch (IOException e) {
      verdict = new WireVerdict.Dead(Cause.PING_UNANSWERED, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      verdict = new WireVerdict.Suspect("interrupted");
    }
    return CompletableFuture.completedFuture(verdict);
  }

  @Override
  public CompletionStage<WireSnapshot> snapshot(SocketConnection connection) {
    return CompletableFuture.completedFuture(connection.snapshot());
  }

  @Override
  public void close(SocketConnection connection, CloseReason reason) {
    connection.close();
  }
}
