package dev.holdfast.http.apache;

import dev.holdfast.internal.socket.Death;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;

/** What HttpClient's exceptions say of the wire. */
final class HttpDeath {

  private HttpDeath() {}

  /** Empty if nothing. */
  static Optional<Death> of(IOException failure) {
    return Death.of(failure, HttpDeath::isClose);
  }

  private static boolean isClose(Throwable link) {
    return link instanceof NoHttpResponseException
        || link instanceof ConnectionClosedException
        || link instanceof EOFException;
  }
}
