package dev.holdfast.pool;

import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a pool needs to know about one kind of connection. Called on the pool's executor, never on a
 * borrower's thread, so a method may block; the pool stops waiting at its deadlines either way.
 * Must be thread-safe. What it throws counts as a stage that failed.
 *
 * @param <C> the connection
 */
public interface Connector<C> {

  /**
   * Opens a connection, ready for its first request.
   *
   * @param liveness to be told how the connection fares
   * @return the connection; cancelled if it is not there by the connect timeout. What comes up
   *     after that is the connector's to close: {@link CompletableFuture#complete} returns false
   *     then. A stage that completes although it was cancelled has its connection closed.
   */
  CompletionStage<C> connect(Liveness liveness);

  /**
   * Asks the server over a connection that nobody else uses, say with a PING.
   *
   * @param connection idle
   * @return {@link WireVerdict.Usable} only if the server answered; anything else, a failure, or no
   *     answer by the plan's ping timeout closes the connection, the latter only if it is {@link
   *     #forgotten}
   */
  CompletionStage<WireVerdict> prove(C connection);

  /**
   * Gives a second opinion on a connection whose proof is overdue: not the connection but the path,
   * or the server, may be silent for a while, and closing forty connections helps neither. Called
   * again every tenth of a second until it says true, the proof ends, or the plan's user timeout is
   * over; the connection is not lent meanwhile.
   *
   * @param connection see {@link #prove}
   * @param askedNanos {@link System#nanoTime()} at which the proof began
   * @return whether it is to be closed: true once a fresh connection was answered and this one
   *     still is not. Unless overridden true, for nobody can be asked; so is a failure
   */
  default CompletionStage<Boolean> forgotten(C connection, long askedNanos) {
    return CompletableFuture.completedFuture(true);
  }

  /**
   * Reads what the kernel knows, without touching the connection. It may be in use.
   *
   * @param connection open, as far as the pool knows
   * @return the reading; unless overridden, {@link WireSnapshot#none}
   */
  default CompletionStage<WireSnapshot> snapshot(C connection) {
    return CompletableFuture.completedFuture(WireSnapshot.none(System.nanoTime()));
  }

  /**
   * Closes a connection. Called once for each that was connected.
   *
   * @param connection no longer used by the pool
   * @param reason why
   */
  void close(C connection, CloseReason reason);
}
