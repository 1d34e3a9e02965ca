package dev.holdfast.http.apache;

import dev.holdfast.internal.socket.Death;
import java.net.SocketAddress;
import java.util.concurrent.Future;
import org.apache.hc.core5.concurrent.BasicFuture;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An open connection from the pool, kept while a new one is dialled in its place; in the place of a
 * dial it hands itself to the pool again.
 *
 * @param why it is not used if there is a new one
 */
record AsyncAside(AsyncCarrier carrier, Death why) implements ConnectionInitiator {

  @Override
  public Future<IOSession> connect(
      NamedEndpoint endpoint,
      SocketAddress remote,
      @Nullable SocketAddress local,
      Timeout timeout,
      @Nullable Object attachment,
      FutureCallback<IOSession> callback) {
    BasicFuture<IOSession> kept = new BasicFuture<>(callback);
    kept.completed(carrier);
    return kept;
  }

  /**
   * Whether to close it once the server accepts another one, and not only when that is ready: a
   * server that serves so many connections at a time may wait for this one to end.
   */
  boolean endsOnAccept() {
    return !why.equals(SetAside.EARLIER_FAILED);
  }

  void end() {
    carrier.drop(why);
  }
}
