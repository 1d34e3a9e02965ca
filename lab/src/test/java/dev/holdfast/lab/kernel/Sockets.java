package dev.holdfast.lab.kernel;

import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Bare sockets that speak just enough Redis. */
final class Sockets {

  /** Shorter than the second after which the kernel sends a lost SYN again. */
  static final int NOTHING_COMES_MILLIS = 700;

  /** Of an answer that comes: whoever sends it may have to wait for a processor. */
  private static final int ANSWERED_WITHIN_MILLIS = 10_000;

  private Sockets() {}

  static Socket connect(Dial dial, RedisServer redis) throws IOException {
    return connect(dial, redis, null);
  }

  static Socket connect(Dial dial, RedisServer redis, int localPort) throws IOException {
    return connect(dial, redis, new InetSocketAddress(localPort));
  }

  static Socket connect(Dial dial, RedisServer redis, @Nullable InetSocketAddress local)
      throws IOException {
    Socket socket = new Socket();
    try {
      if (local != null) {
        socket.setReuseAddress(true);
        socket.bind(local);
      }
      socket.connect(new InetSocketAddress(dial.address(), redis.port()), NOTHING_COMES_MILLIS);
      socket.setSoTimeout(ANSWERED_WITHIN_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** One inline PING and the seven bytes of its answer. */
  static String ping(Socket socket) throws IOException {
    socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII).strip();
  }

  /** The same, where nothing is to come. */
  static String pingInVain(Socket socket) throws IOException {
    socket.setSoTimeout(NOTHING_COMES_MILLIS);
    try {
      return ping(socket);
    } finally {
      socket.setSoTimeout(ANSWERED_WITHIN_MILLIS);
    }
  }
}
