package dev.holdfast.http.okhttp;

import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a guard, by what OkHttp shows of them: under TLS that is another socket with the
 * same two ends. Thread-safe.
 */
final class Carriers {

  /** Of a connection that is up no other has both. */
  private record Ends(SocketAddress local, SocketAddress remote) {}

  private final Map<Ends, Carrier> up = new ConcurrentHashMap<>();

  void add(Carrier carrier) {
    Ends ends = ends(carrier);
    if (ends != null) {
      up.put(ends, carrier);
      carrier.isAt(() -> up.remove(ends, carrier));
    }
  }

  private static @Nullable Ends ends(Socket socket) {
    SocketAddress local = socket.getLocalSocketAddress();
    SocketAddress remote = socket.getRemoteSocketAddress();
    return local == null || remote == null ? null : new Ends(local, remote);
  }

  /** Null if the guard knows nothing of it. */
  @Nullable Carrier of(Connection connection) {
    Socket top = connection.socket();
    if (top instanceof Carrier plain) {
      return plain;
    }
    Ends ends = ends(top);
    return ends == null ? null : up.get(ends);
  }

  /** Whether OkHttp asks nobody for the sockets that lead through such a proxy. */
  static boolean passesBy(Connection connection) {
    return connection.route().proxy().type() == Proxy.Type.SOCKS;
  }
}
