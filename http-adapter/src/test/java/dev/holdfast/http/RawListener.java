package dev.holdfast.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a test's own servers on loopback listen: a daemon thread for each connection, which is
 * closed once it was served. Who ends it, client, test or server, is no failure.
 */
public final class RawListener implements AutoCloseable {

  /** Serves one connection. */
  @FunctionalInterface
  public interface Service {
    void serve(Socket socket) throws IOException;
  }

  private interface Step {
    void run() throws IOException;
  }

  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * Accepts nothing before {@link #serves}.
   *
   * @param listener bound, and closed with this
   */
  public RawListener(ServerSocket listener) {
    this.listener = listener;
  }

  /**
   * On a free port of loopback.
   *
   * @param backlog what exceeds it while nobody accepts gets no answer at all
   */
  public static RawListener plain(int backlog) throws IOException {
    return new RawListener(new ServerSocket(0, backlog, InetAddress.getLoopbackAddress()));
  }

  public void serves(Service service) {
    start(
        () -> {
          while (true) {
            Socket socket = listener.accept();
            connections.incrementAndGet();
            sockets.add(socket);
            start(() -> serve(service, socket));
          }
        });
  }

  private void serve(Service service, Socket socket) throws IOException {
    try (socket) {
      service.serve(socket);
    } finally {
      sockets.remove(socket);
    }
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException over) {
                // the client or the test has ended it
              }
            },
            "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many were accepted so far. */
  public int connections() {
    return connections.get();
  }

  /** What is connected goes on; a thread in {@code accept} may take one more connection. */
  public void acceptsNoMore() throws IOException {
    listener.close();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
