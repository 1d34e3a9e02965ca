package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.SocketErrors;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection ends. Immutable.
 *
 * @param cause what was seen
 * @param evidence without addresses and payload
 */
public record Death(Cause cause, String evidence) {

  private static final int DEPTH = 8;

  /**
   * What an exception says of the wire.
   *
   * @param failure of a read or a write
   * @return empty if nothing
   */
  public static Optional<Death> of(IOException failure) {
    return of(failure, link -> link instanceof EOFException);
  }

  /**
   * The same for a client that has its own words for the peer's close. An exception's text is the
   * kernel's or the client's and may name the server, so it is matched and never passed on.
   *
   * @param failure of the client
   * @param closed whether an exception, or a cause of it, stands for the end of the input
   * @return empty if it says nothing of the wire
   */
  public static Optional<Death> of(IOException failure, Predicate<Throwable> closed) {
    Throwable link = failure;
    for (int depth = 0; link != null && depth < DEPTH; depth++) {
      Cause cause = cause(link, closed);
      if (cause != null) {
        return Optional.of(new Death(cause, link.getClass().getSimpleName()));
      }
      link = link.getCause();
    }
    return Optional.empty();
  }

  private static @Nullable Cause cause(Throwable link, Predicate<Throwable> closed) {
    if (link instanceof SocketTimeoutException) {
      return Cause.REPLY_OVERDUE;
    }
    if (closed.test(link)) {
      return Cause.PEER_CLOSED;
    }
    if (!(link instanceof SocketException) || SocketErrors.isOurClose(link)) {
      return null;
    }
    return SocketErrors.cause(String.valueOf(link.getMessage()));
  }
}
