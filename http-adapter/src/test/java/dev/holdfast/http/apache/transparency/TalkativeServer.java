package dev.holdfast.http.apache.transparency;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;

/**
 * A server on loopback that answers as the request's path says, {@code /kind/number}, and keeps
 * what it was asked, on which of its connections. A thread for each connection.
 */
final class TalkativeServer implements AutoCloseable {

  private static final byte[] NONE = {};

  private final ServerSocket listener;
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closed = new CountDownLatch(1);

  TalkativeServer() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException | InterruptedException over) {
                // the client or the test has ended it
              }
            },
            "talkative");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    for (int number = 1; true; number++) {
      Socket socket = listener.accept();
      sockets.add(socket);
      int mine = number;
      start(() -> serve(socket, mine));
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What was asked so far, whole requests only. */
  List<String> asked() {
    synchronized (asked) {
      return List.copyOf(asked);
    }
  }

  private void serve(Socket socket, int connection) throws IOException, InterruptedException {
    try (socket) {
      InputStream in = socket.getInputStream();
      boolean goesOn = true;
      while (goesOn) {
        Request request = Request.read(in);
        request.take(socket);
        asked.add("connection " + connection + ": " + request);
        goesOn = answer(socket, request);
      }
      socket.shutdownOutput();
      in.readAllBytes();
    }
  }

  private boolean answer(Socket socket, Request request) throws IOException, InterruptedException {
    if (request.kind().equals("slow")) {
      closed.await();
    }
    socket.getOutputStream().write(answer(request, request.method().equals("HEAD")));
    return !request.closes();
  }

  private static byte[] answer(Request request, boolean bodiless) throws IOException {
    byte[] body = ("answer to " + request.path()).getBytes(StandardCharsets.ISO_8859_1);
    String number = request.path().substring(request.path().lastIndexOf('/'));
    return switch (request.kind()) {
      case "chunked" ->
          message("200 OK", "Transfer-Encoding: chunked", chunks(body, false), bodiless);
      case "trailers" ->
          message(
              "200 OK", "Transfer-Encoding: chunked\nTrailer: Sum", chunks(body, true), bodiless);
      case "gzip" -> {
        byte[] zipped = zip(body);
        yield message("200 OK", "Content-Encoding: gzip\n" + length(zipped), zipped, bodiless);
      }
      case "empty" -> message("204 No Content", "X: y", NONE, true);
      case "hints" ->
          join(
              message("103 Early Hints", "Link: </x>", NONE, true),
              message("200 OK", length(body), body, bodiless));
      case "cookie" ->
          message("200 OK", length(body) + "\nSet-Cookie: a=b" + body.length, body, bodiless);
      case "kept" ->
          message("200 OK", length(body) + "\nKeep-Alive: timeout=60, max=100", body, bodiless);
      case "missing" -> message("404 Not Found", length(body), body, bodiless);
      case "busy" -> message("503 Busy", length(body) + "\nRetry-After: 0", body, bodiless);
      case "closed" -> message("200 OK", length(body) + "\nConnection: close", body, bodiless);
      case "closes" -> message("200 OK", "Connection: close", body, bodiless);
      case "old" -> old(body, bodiless);
      case "early" -> message("413 Too much", "Content-Length: 0\nConnection: close", NONE, true);
      case "301", "302", "303", "307", "308" ->
          message(
              request.kind() + " There",
              "Content-Length: 0\nLocation: /plain" + number,
              NONE,
              true);
      default -> message("200 OK", length(body), body, bodiless);
    };
  }

  private static String length(byte[] body) {
    return "Content-Length: " + body.length;
  }

  private static byte[] old(byte[] body, boolean bodiless) {
    byte[] now = message("200 OK", "X: y", body, bodiless);
    now["HTTP/1.".length()] = '0';
    return now;
  }

  private static byte[] message(String status, String headers, byte[] body, boolean bodiless) {
    String head = "HTTP/1.1 " + status + "\n" + headers + "\n\n";
    byte[] bytes = head.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    return bodiless ? bytes : join(bytes, body);
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    all.writeBytes(second);
    return all.toByteArray();
  }

  private static byte[] chunks(byte[] body, boolean trailers) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    int half = text.length() / 2;
    String all =
        "%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n%s\r\n"
            .formatted(
                half,
                text.substring(0, half),
                text.length() - half,
                text.substring(half),
                trailers ? "Sum: 4711\r\n" : "");
    return all.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] zip(byte[] body) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(body);
    }
    return zipped.toByteArray();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket socket : List.copyOf(sockets)) {
      socket.close();
    }
  }

  /** A request as it arrived; its body is read later. */
  private static final class Request {

    private final List<String> lines = new ArrayList<>();
    private String body = "not read";

    static Request read(InputStream in) throws IOException {
      Request request = new Request();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        request.lines.add(line);
      }
      return request;
    }

    private static String line(InputStream in) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new EOFException();
        }
        line.append((char) next);
      }
      return line.toString().stripTrailing();
    }

    String method() {
      return lines.get(0).split(" ", 2)[0];
    }

    String path() {
      return lines.get(0).split(" ", 3)[1];
    }

    String kind() {
      return path().split("/", 3)[1];
    }

    private String header(String name) {
      for (String line : lines) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
          return line.substring(name.length() + 1).strip();
        }
      }
      return "";
    }

    boolean closes() {
      return kind().startsWith("close") || kind().equals("old") || kind().equals("early");
    }

    /** Asks for a body that waits to be asked for, unless it is refused unread. */
    void take(Socket socket) throws IOException {
      boolean waits = !header("expect").isEmpty();
      if (waits && kind().equals("early")) {
        return;
      }
      if (waits) {
        socket.getOutputStream().write(message("100 Continue", "X: y", NONE, true));
      }
      body(socket.getInputStream());
    }

    private void body(InputStream in) throws IOException {
      StringBuilder all = new StringBuilder();
      if (header("transfer-encoding").equals("chunked")) {
        int size;
        do {
          size = Integer.parseInt(line(in), 16);
          all.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
          line(in);
        } while (size > 0);
      } else if (!header("content-length").isEmpty()) {
        int length = Integer.parseInt(header("content-length"));
        all.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
      }
      body = all.toString();
    }

    @Override
    public String toString() {
      return lines + " body " + body.length() + " #" + body.hashCode();
    }
  }
}
