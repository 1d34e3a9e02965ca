package dev.holdfast.http.apache;

import dev.holdfast.http.RawListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A server on loopback whose connections are served by a test's own code, a thread for each. */
final class RawServer implements AutoCloseable {

  /** Serves one connection. */
  @FunctionalInterface
  interface Service {
    void serve(Wire wire) throws IOException;
  }

  private final RawListener listener;

  /** Accepts nothing before {@link #serves}: what exceeds the backlog gets no answer at all. */
  RawServer(int backlog) throws IOException {
    this.listener = RawListener.plain(backlog);
  }

  static RawServer serving(Service service) throws IOException {
    RawServer server = new RawServer(50);
    server.serves(service);
    return server;
  }

  void serves(Service service) {
    listener.serves(socket -> service.serve(new Wire(socket)));
  }

  int port() {
    return listener.port();
  }

  int connections() {
    return listener.connections();
  }

  /**
   * Accepts nothing more, and returns once a dial is refused: a thread that waits in {@code accept}
   * may take another connection while its listener is closed. What is connected goes on.
   */
  void refuses() throws IOException {
    listener.acceptsNoMore();
    long end = System.nanoTime() + Bed.SOON.toNanos();
    while (System.nanoTime() < end) {
      try (Socket dial = new Socket(InetAddress.getLoopbackAddress(), port())) {
        dial.setSoLinger(true, 0);
      } catch (ConnectException refused) {
        return;
      } catch (SocketException reset) {
        // It was in the line of a listener that closed: the next dial tells.
      }
    }
    throw new IOException("a closed listener still accepts");
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** The server's side of a connection. */
  record Wire(Socket socket) {

    /** The next request's head; its body stays unread. */
    String head() throws IOException {
      StringBuilder head = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("ended");
        }
        head.append((char) next);
      }
      return head.toString();
    }

    void skip(int bytes) throws IOException {
      socket.getInputStream().skipNBytes(bytes);
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void ok(String body) throws IOException {
      send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
