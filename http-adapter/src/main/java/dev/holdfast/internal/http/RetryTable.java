package dev.holdfast.internal.http;

import dev.holdfast.retry.ReplaySafety;

/**
 * Decides what becomes of a request whose exchange failed. Pure and immutable.
 *
 * <ul>
 *   <li>Never sent: any request moves to a new connection, if its body is still whole.
 *   <li>Sent, in part or whole, and no byte of an answer: repeated if running twice is safe and the
 *       connection had been used before. A new connection that closes says something about the
 *       request or the server, unless the guard itself saw its path die.
 *   <li>A byte of an answer: never repeated.
 *   <li>A timeout: never repeated. A slow server is not helped by the same request again.
 * </ul>
 *
 * <p>What may have run and must not run twice is {@link RetryDecision#AMBIGUOUS}, except after a
 * timeout or an answer that is not HTTP: there the client's own exception says it. RFC 9110,
 * section 9.2.2: a client should not retry a request that is not idempotent, and should not retry a
 * failed retry; the latter is {@link RequestAttempts}' part.
 */
public final class RetryTable {

  private final boolean idempotentToo;

  private RetryTable(boolean idempotentToo) {
    this.idempotentToo = idempotentToo;
  }

  /**
   * A table.
   *
   * @param idempotentToo whether {@code PUT} and {@code DELETE} are repeated as well as reads
   * @return the table
   */
  public static RetryTable of(boolean idempotentToo) {
    return new RetryTable(idempotentToo);
  }

  /**
   * Decides on one failed exchange, the first of its request.
   *
   * @param safety of the request, from {@link RequestSafety}
   * @param progress how far it got
   * @return the decision
   */
  public RetryDecision decide(ReplaySafety safety, ExchangeProgress progress) {
    if (progress.failure() == ExchangeFailure.OTHER) {
      return RetryDecision.FAIL;
    }
    if (progress.neverSent()) {
      return progress.repeatable() ? RetryDecision.RETRY : RetryDecision.FAIL;
    }
    if (progress.failure() == ExchangeFailure.TIMEOUT
        || progress.failure() == ExchangeFailure.MALFORMED) {
      return RetryDecision.FAIL;
    }
    if (!mayRunTwice(safety)) {
      return RetryDecision.AMBIGUOUS;
    }
    boolean stale = progress.reused() || progress.failure() == ExchangeFailure.GIVEN_UP;
    return progress.receivedBytes() == 0 && stale && progress.repeatable()
        ? RetryDecision.RETRY
        : RetryDecision.FAIL;
  }

  /**
   * Whether a request may run a second time although the first may have run.
   *
   * @param safety of the request, from {@link RequestSafety}
   * @return false for what the guard's user wants run once
   */
  public boolean mayRunTwice(ReplaySafety safety) {
    return switch (safety) {
      case SAFE -> true;
      case STATE_IDEMPOTENT -> idempotentToo;
      case UNSAFE -> false;
    };
  }
}
