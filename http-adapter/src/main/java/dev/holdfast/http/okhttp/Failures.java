package dev.holdfast.http.okhttp;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** What OkHttp's exceptions say of an exchange. Those of HTTP/2 are internal, so known by name. */
final class Failures {

  private static final String SHUT_DOWN = "ConnectionShutdownException";
  private static final String STREAM_RESET = "StreamResetException";
  private static final String REFUSED = "REFUSED_STREAM";
  private static final String WRITER = "okhttp3.internal.http2.Http2Writer";

  private static final String NOT_HTTP = "Unexpected status line: ";

  private Failures() {}

  static ExchangeFailure how(IOException thrown, OpenSocket socket) {
    if (socket.end().condemned()) {
      return ExchangeFailure.GIVEN_UP;
    }
    if (thrown instanceof InterruptedIOException) {
      return thrown instanceof SocketTimeoutException
          ? ExchangeFailure.TIMEOUT
          : ExchangeFailure.OTHER;
    }
    String name = thrown.getClass().getSimpleName();
    if (name.equals(SHUT_DOWN)) {
      return ExchangeFailure.REFUSED; // thrown before the stream is opened
    }
    if (isRefused(thrown) || wasRefusedMeanwhile(thrown)) {
      return ExchangeFailure.REFUSED;
    }
    if (name.equals(STREAM_RESET) || isOfClosedWriter(thrown)) {
      return ExchangeFailure.CLOSED;
    }
    if (thrown instanceof ProtocolException) {
      return ExchangeFailure.MALFORMED;
    }
    if (thrown instanceof SSLHandshakeException) {
      return ExchangeFailure.OTHER; // TLS 1.3: the server has refused the client, not lost it
    }
    boolean wire = thrown instanceof SSLException || death(thrown).isPresent();
    return wire ? ExchangeFailure.CLOSED : ExchangeFailure.OTHER;
  }

  private static boolean isRefused(Throwable thrown) {
    return thrown.getClass().getSimpleName().equals(STREAM_RESET)
        && String.valueOf(thrown.getMessage()).contains(REFUSED);
  }

  /**
   * OkHttp could not write all of the body, and adds what it has met instead of an answer. To an
   * exception that many calls get it may have added what another of them has met.
   */
  private static boolean wasRefusedMeanwhile(IOException thrown) {
    return isOfOneCall(thrown) && Stream.of(thrown.getSuppressed()).anyMatch(Failures::isRefused);
  }

  /** What has ended a connection of HTTP/2 its reader met, and throws to all calls on it. */
  private static boolean isOfOneCall(IOException thrown) {
    return Stream.of(thrown.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(CallInterceptor.class.getName()));
  }

  /** The first line of an answer was of another protocol. */
  static boolean isForeign(IOException thrown) {
    String said = String.valueOf(thrown.getMessage());
    return thrown instanceof ProtocolException
        && said.startsWith(NOT_HTTP)
        && !said.startsWith("HTTP/", NOT_HTTP.length());
  }

  /** The connection of HTTP/2 ended under the request: a plain exception, as anybody may throw. */
  private static boolean isOfClosedWriter(IOException thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    return thrown.getClass() == IOException.class
        && trace.length > 0
        && trace[0].getClassName().equals(WRITER);
  }

  static Death why(IOException thrown, OpenSocket socket) {
    Death known = socket.end().death();
    return known != null
        ? known
        : death(thrown).orElse(new Death(Cause.PEER_RESET, thrown.getClass().getSimpleName()));
  }

  /**
   * A new connection ended before anything was sent: during its TLS handshake, of which a
   * certificate is no cause, or in a proxy's tunnel.
   */
  static Optional<Death> lostHandshake(IOException thrown) {
    boolean dialled =
        !(thrown instanceof ConnectException) && !(thrown instanceof InterruptedIOException);
    return dialled
        ? death(thrown)
            .filter(
                death -> death.cause() == Cause.PEER_RESET || death.cause() == Cause.PEER_CLOSED)
        : Optional.empty();
  }

  private static Optional<Death> death(IOException thrown) {
    return Death.of(thrown, link -> link instanceof EOFException);
  }
}
