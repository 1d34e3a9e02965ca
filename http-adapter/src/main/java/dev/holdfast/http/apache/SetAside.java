package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.io.CloseMode;

/**
 * An open connection from the pool, kept while a new one is dialled in its place: an attempt before
 * has met a dead path, and this one may lead over the same.
 */
record SetAside(ManagedHttpClientConnection connection, GuardedSocket socket, Taps taps) {

  void end() {
    socket.dies(new Death(Cause.LOCAL_CLOSE, "an earlier attempt failed"));
    socket.ends(true);
    connection.close(CloseMode.IMMEDIATE);
  }
}
