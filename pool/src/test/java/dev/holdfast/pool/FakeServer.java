package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireVerdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A server and its connections, in memory. What it does next is set by its fields. */
final class FakeServer implements Connector<FakeServer.Connection> {

  /** How a connect or a proof goes. */
  enum Mood {
    ANSWERS,
    REFUSES,
    SILENT,
    THROWS
  }

  /** A connection of it. */
  static final class Connection {
    final int number;
    final Liveness liveness;
    long openedMillis;
    long sleptMillis;
    long provedMillis;
    volatile boolean inUse;
    volatile int closes;
    volatile @Nullable CloseReason reason;

    Connection(int number, Liveness liveness) {
      this.number = number;
      this.liveness = liveness;
    }

    @Override
    public String toString() {
      return "connection " + number;
    }
  }

  volatile Mood connects = Mood.ANSWERS;
  volatile Mood proofs = Mood.ANSWERS;
  volatile boolean answersOthers = true;

  /** Whoever asks it for a second opinion waits for ever. */
  boolean opinionHangs;

  final List<CompletableFuture<WireVerdict>> unanswered = new ArrayList<>();
  final List<Connection> all = new ArrayList<>();
  final List<CompletableFuture<Connection>> silent = new ArrayList<>();
  final List<Liveness> dialling = new ArrayList<>();
  LongSupplier millis = () -> 0;
  long sleptMillis;
  int opened;
  int proved;

  @Override
  public synchronized CompletionStage<Connection> connect(Liveness liveness) {
    return switch (connects) {
      case REFUSES -> CompletableFuture.failedFuture(new IOException("refused"));
      case SILENT -> {
        CompletableFuture<Connection> never = new CompletableFuture<>();
        silent.add(never);
        dialling.add(liveness);
        yield never;
      }
      case ANSWERS -> CompletableFuture.completedFuture(open(liveness));
      case THROWS -> throw new IllegalStateException("thrown");
    };
  }

  synchronized Connection open(Liveness liveness) {
    Connection connection = new Connection(opened++, liveness);
    connection.openedMillis = millis.getAsLong();
    connection.sleptMillis = sleptMillis;
    all.removeIf(one -> one.closes > 0 && opened > 1_000);
    all.add(connection);
    return connection;
  }

  @Override
  public synchronized CompletionStage<WireVerdict> prove(Connection connection) {
    if (connection.inUse) {
      throw new AssertionError(connection + " is proved while in use");
    }
    proved++;
    connection.provedMillis = millis.getAsLong() + sleptMillis;
    return switch (proofs) {
      case ANSWERS -> CompletableFuture.completedFuture(new WireVerdict.Usable());
      case REFUSES ->
          CompletableFuture.completedFuture(new WireVerdict.Dead(Cause.PEER_RESET, "reset"));
      case SILENT -> {
        CompletableFuture<WireVerdict> never = new CompletableFuture<>();
        unanswered.add(never);
        yield never;
      }
      case THROWS -> throw new IllegalStateException("thrown");
    };
  }

  @Override
  public CompletionStage<Boolean> forgotten(Connection connection, long askedNanos) {
    return opinionHangs
        ? new CompletableFuture<>()
        : CompletableFuture.completedFuture(answersOthers);
  }

  @Override
  public synchronized void close(Connection connection, CloseReason reason) {
    if (connection.inUse) {
      throw new AssertionError(connection + " is closed while in use");
    }
    connection.closes++;
    connection.reason = reason;
  }

  synchronized long open() {
    return all.stream().filter(one -> one.closes == 0).count();
  }

  synchronized List<Connection> all() {
    return List.copyOf(all);
  }
}
