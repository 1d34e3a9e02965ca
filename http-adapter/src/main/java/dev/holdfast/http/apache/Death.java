package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.SocketErrors;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection ends.
 *
 * @param evidence without addresses and payload
 */
record Death(Cause cause, String evidence) {

  private static final int DEPTH = 8;

  /**
   * What an exception says of the wire, empty if nothing. Its text is the kernel's or HttpClient's
   * and may name the server, so it is matched and never passed on.
   */
  static Optional<Death> of(IOException failure) {
    Throwable link = failure;
    for (int depth = 0; link != null && depth < DEPTH; depth++) {
      Cause cause = cause(link);
      if (cause != null) {
        return Optional.of(new Death(cause, link.getClass().getSimpleName()));
      }
      link = link.getCause();
    }
    return Optional.empty();
  }

  private static @Nullable Cause cause(Throwable link) {
    if (link instanceof SocketTimeoutException) {
      return Cause.REPLY_OVERDUE;
    }
    if (link instanceof NoHttpResponseException
        || link instanceof ConnectionClosedException
        || link instanceof EOFException) {
      return Cause.PEER_CLOSED;
    }
    if (!(link instanceof SocketException) || SocketErrors.isOurClose(link)) {
      return null;
    }
    return SocketErrors.cause(String.valueOf(link.getMessage()));
  }
}
