package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.http.ExchangeFailure;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.GivenUp;
import dev.holdfast.internal.socket.OpenSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.HttpException;

/** What an error met in an exchange says of its connection, and how far the request had got. */
final class FailedExchange {

  private FailedExchange() {}

  /**
   * Notes the error with the connection and with the current request.
   *
   * @param closedHere whether the caller, or the client, closed the connection
   * @return what the caller gets
   */
  static IOException with(
      IOException thrown, OpenSocket socket, Flight flight, boolean closedHere) {
    ExchangeFailure how = how(thrown, socket, closedHere);
    Death why = why(thrown, socket);
    if (how != ExchangeFailure.OTHER) {
      socket.end().dies(why);
    }
    CurrentRequest request = CurrentRequest.get();
    if (request != null) {
      request.attempts().lostAt(socket.endpoint());
    }
    if (how == ExchangeFailure.CLOSED) {
      flight.closed(socket, request != null && !request.mayRunTwice());
    }
    record(flight.failed(how), why);
    return socket.end().condemned() ? GivenUp.because(socket, thrown) : thrown;
  }

  /** The same for an answer that is not HTTP, or for a request that cannot be one. */
  static void malformed(HttpException thrown, Flight flight) {
    Death why = new Death(Cause.LOCAL_CLOSE, thrown.getClass().getSimpleName());
    record(flight.failed(ExchangeFailure.MALFORMED), why);
  }

  private static void record(ExchangeProgress progress, Death why) {
    CurrentRequest request = CurrentRequest.get();
    if (request != null) {
      request.failed(progress, why.cause(), why.evidence());
    }
  }

  private static ExchangeFailure how(IOException thrown, OpenSocket socket, boolean closedHere) {
    if (socket.end().condemned()) {
      return ExchangeFailure.GIVEN_UP;
    }
    if (closedHere) {
      return ExchangeFailure.OTHER;
    }
    if (thrown instanceof SocketTimeoutException) {
      return ExchangeFailure.TIMEOUT;
    }
    // Anything that is not the wire's comes from the body that the caller supplied, or from its
    // interruption.
    boolean wire = thrown instanceof SSLException || HttpDeath.of(thrown).isPresent();
    return wire ? ExchangeFailure.CLOSED : ExchangeFailure.OTHER;
  }

  private static Death why(IOException thrown, OpenSocket socket) {
    Death known = socket.end().death();
    return known != null
        ? known
        : HttpDeath.of(thrown)
            .orElse(new Death(Cause.PEER_RESET, thrown.getClass().getSimpleName()));
  }
}
