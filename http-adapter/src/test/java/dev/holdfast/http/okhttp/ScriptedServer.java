package dev.holdfast.http.okhttp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

/** A server of HTTP/1.1 that answers by request line and by how often it has had that one. */
final class ScriptedServer implements AutoCloseable {

  /** Ends the connection without an answer. */
  static final String HANGS_UP = "";

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final BiFunction<String, Integer, String> script;
  private final AtomicBoolean hangsUp = new AtomicBoolean();

  /**
   * @param script the answer to a line as {@code GET /path}, of which there have been so many
   */
  ScriptedServer(BiFunction<String, Integer, String> script) throws IOException {
    this.script = script;
    daemon(this::accept);
  }

  private static void daemon(Runnable step) {
    Thread thread = new Thread(step, "scripted-server");
    thread.setDaemon(true);
    thread.start();
  }

  static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body);
  }

  static String redirect(int status, String to) {
    return "HTTP/1.1 %d See\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n".formatted(status, to);
  }

  int port() {
    return server.getLocalPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** As {@code GET /path}, in the order in which they came. */
  List<String> requests() {
    return List.copyOf(requests);
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
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (hangsUp.compareAndSet(true, false)) {
          return;
        }
        String request = line.substring(0, line.lastIndexOf(' '));
        readRest(in, socket);
        int before = (int) requests.stream().filter(request::equals).count();
        requests.add(request);
        String answer = script.apply(request, before);
        if (answer.equals(HANGS_UP)) {
          return;
        }
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      }
    } catch (IOException reset) {
      // by whomever
    }
  }

  /** Hangs up on the next request once it has come, before its body is asked for. */
  void hangUpNext() {
    hangsUp.set(true);
  }

  private static void readRest(BufferedReader in, Socket socket) throws IOException {
    int length = 0;
    boolean awaited = false;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
      awaited |= line.toLowerCase(Locale.ROOT).startsWith("expect:");
    }
    if (awaited) {
      socket
          .getOutputStream()
          .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }
    for (int i = 0; i < length && in.read() >= 0; i++) {
      // of the body
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
