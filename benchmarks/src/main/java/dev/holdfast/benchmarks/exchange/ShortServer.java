package dev.holdfast.benchmarks.exchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;

/** Answers one request of each connection and closes it. */
final class ShortServer implements AutoCloseable {

  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
          .getBytes(StandardCharsets.ISO_8859_1);

  private final ServerSocket listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());

  ShortServer(ExecutorService threads) throws IOException {
    threads.submit(
        () -> {
          while (true) {
            Socket socket = listener.accept();
            threads.submit(() -> serve(socket));
          }
        });
  }

  private static void serve(Socket socket) {
    try (socket) {
      Asked.read(socket.getInputStream());
      socket.getOutputStream().write(ANSWER);
    } catch (IOException hungUp) {
      // the caller has
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
