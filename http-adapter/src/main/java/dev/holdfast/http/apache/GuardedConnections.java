package dev.holdfast.http.apache;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.io.HttpConnectionFactory;

/**
 * The connection factory of a guarded pool, in front of the user's own. A pool that a framework has
 * built is known by it.
 *
 * @param under the user's, or HttpClient's
 * @param parts of the guard, for this pool
 */
record GuardedConnections(
    HttpConnectionFactory<? extends ManagedHttpClientConnection> under, GuardParts parts)
    implements HttpConnectionFactory<ManagedHttpClientConnection> {

  /** Of a pool that was built with it; empty for any other. */
  static Optional<GuardParts> in(PoolingHttpClientConnectionManager pool) {
    return Unlisted.read(
            pool, PoolingHttpClientConnectionManager.class, "connFactory", GuardedConnections.class)
        .map(GuardedConnections::parts);
  }

  @Override
  public ManagedHttpClientConnection createConnection(Socket socket) throws IOException {
    return new GuardedConnection(under, parts);
  }
}
