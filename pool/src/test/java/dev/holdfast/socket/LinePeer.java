package dev.holdfast.socket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers each line with itself, but for a few: see {@link #answer}. */
final class LinePeer implements AutoCloseable {

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  LinePeer() throws IOException {
    daemon(this::accept);
  }

  private static void daemon(Runnable step) {
    Thread thread = new Thread(step, "line-peer");
    thread.setDaemon(true);
    thread.start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
  }

  /** All lines that arrived. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  int connections() {
    return accepted.size();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        accepted.add(socket);
        daemon(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the end
    }
  }

  private void serve(Socket socket) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        heard.add(line);
        answer(socket, line);
      }
    } catch (IOException reset) {
      // by whomever
    }
  }

  private static void answer(Socket socket, String line) throws IOException {
    switch (line) {
      case "reset" -> {
        socket.setSoLinger(true, 0);
        socket.close();
      }
      case "close" -> socket.close();
      case "silence" -> {}
      default -> socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Whether the connection from such a port has ended. */
  boolean isHungUpOn(int port) {
    return accepted.stream().anyMatch(socket -> socket.getPort() == port && socket.isClosed());
  }

  /** Closes all connections, in an orderly way. */
  void closeAll() throws IOException {
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  /** Says something that nobody asked for. */
  void farewell() throws IOException {
    for (Socket socket : accepted) {
      socket.getOutputStream().write("bye\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : accepted) {
      socket.close();
    }
  }
}
