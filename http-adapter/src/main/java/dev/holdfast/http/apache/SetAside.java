package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.io.CloseMode;

/**
 * An open connection from the pool, kept while a new one is dialled in its place.
 *
 * @param why it is not used if there is a new one
 */
record SetAside(
    ManagedHttpClientConnection connection, OpenSocket socket, ObservedSocket observed, Death why) {

  /** An attempt before has met a dead path, and this connection may lead over the same. */
  static final Death EARLIER_FAILED = new Death(Cause.LOCAL_CLOSE, "an earlier attempt failed");

  /** Whether it works as far as is known: that is no sign of its death. */
  static boolean isByChoice(Death why) {
    return why.cause().byChoice();
  }

  /**
   * Whether to close it once the server accepts another one, and not only when that is ready: a
   * server that serves so many connections at a time may wait for this one to end.
   */
  boolean endsOnAccept() {
    return !why.equals(EARLIER_FAILED);
  }

  void end() {
    socket.end().dies(why);
    socket.end().ends(true);
    connection.close(CloseMode.IMMEDIATE);
  }
}
