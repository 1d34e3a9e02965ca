package dev.holdfast.internal.http;

import dev.holdfast.retry.Delivery;

/**
 * How far one exchange got before it failed. Immutable.
 *
 * @param sentBytes bytes of the request that the local kernel took, those of a proxy's tunnel not
 *     counted
 * @param whole whether it took all of them; false after a failed write, of which the kernel may
 *     have taken a part that is not in {@code sentBytes}
 * @param receivedBytes bytes of the answer
 * @param reused whether the connection had carried an exchange before
 * @param repeatable whether the request can be sent once more: it has no body, or one that can be
 *     produced again or was not begun
 * @param failure how it failed
 */
public record ExchangeProgress(
    long sentBytes,
    boolean whole,
    long receivedBytes,
    boolean reused,
    boolean repeatable,
    ExchangeFailure failure) {

  /**
   * Checks the counts.
   *
   * @param sentBytes bytes of the request that the local kernel took
   * @param whole whether it took all of them
   * @param receivedBytes bytes of the answer
   * @param reused whether the connection had carried an exchange before
   * @param repeatable whether the request can be sent once more
   * @param failure how it failed
   * @throws IllegalArgumentException if a count is negative, or nothing is called a whole request
   */
  public ExchangeProgress {
    if (sentBytes < 0 || receivedBytes < 0 || (whole && sentBytes == 0)) {
      throw new IllegalArgumentException(
          "no exchange sent %d bytes (whole: %s) and received %d"
              .formatted(sentBytes, whole, receivedBytes));
    }
  }

  /**
   * A request that no connection took.
   *
   * @param repeatable whether its body was not begun or can be produced again
   * @return the progress
   */
  public static ExchangeProgress notSent(boolean repeatable) {
    return new ExchangeProgress(0, false, 0, false, repeatable, ExchangeFailure.CONNECT);
  }

  /**
   * The same for exceptions and messages. A request sent in part counts as sent: a server may act
   * on a head before it has the body.
   *
   * @return how far the request got
   */
  public Delivery delivery() {
    if (receivedBytes > 0) {
      return Delivery.ANSWERED_IN_PART;
    }
    return neverSent() ? Delivery.NEVER_SENT : Delivery.SENT_UNANSWERED;
  }

  /**
   * Whether no server can have run it.
   *
   * @return true if no byte of it reached a connection
   */
  public boolean neverSent() {
    return failure == ExchangeFailure.CONNECT
        || failure == ExchangeFailure.REFUSED
        || (sentBytes == 0 && receivedBytes == 0);
  }
}
