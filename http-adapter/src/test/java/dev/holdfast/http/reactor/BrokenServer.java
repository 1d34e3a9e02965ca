package dev.holdfast.http.reactor;

import dev.holdfast.http.RawListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * HTTP/1.1 whose requests say in their path what becomes of them: {@code /by/id/FIRST~SECOND/rest}
 * for the first asking and the second; the rest is the next leg's, after a redirect.
 */
final class BrokenServer implements AutoCloseable {

  /** What becomes of one request. */
  enum Fate {
    ANSWERED,
    /** Answered, with {@code Connection: close}. */
    CLOSES,
    /** Answered; then, unannounced, the connection is closed. */
    LEAVES,
    /** Not executed: reset with its head unread. */
    UNREAD,
    /** Not executed: reset after its head. */
    HEAD_ONLY,
    /** Executed; then a FIN instead of an answer. */
    FIN,
    /** Executed; then an RST. */
    RST,
    /** Executed; the answer ends within its head. */
    CUT,
    /** Executed; the answer ends within its body. */
    BODY_CUT,
    /** Executed and answered with 303. */
    SEE_OTHER,
    /** Executed and answered with 307. */
    TEMPORARY
  }

  private final RawListener listener = RawListener.plain(200);
  private final Map<String, AtomicLong> executed = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> asked = new ConcurrentHashMap<>();

  BrokenServer() throws IOException {
    listener.serves(
        socket -> {
          boolean goesOn = true;
          while (goesOn) {
            goesOn = treat(socket);
          }
        });
  }

  /** Whether the connection goes on. */
  private boolean treat(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    String line = line(in);
    String path = line.split(" ", 3)[1];
    String[] parts = path.split("/", 5);
    String[] fates = parts[3].split("~", -1);
    int times = (int) asked.computeIfAbsent(path, p -> new AtomicLong()).getAndIncrement();
    Fate fate = Fate.valueOf(fates[Math.min(times, fates.length - 1)]);
    if (fate == Fate.UNREAD) {
      return reset(socket);
    }
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.startsWith("content-length: ")) {
        length = Integer.parseInt(header.substring("content-length: ".length()));
      }
    }
    if (fate == Fate.HEAD_ONLY) {
      return reset(socket);
    }
    in.readNBytes(length);
    executed.computeIfAbsent(path, p -> new AtomicLong()).incrementAndGet();
    String next = "/by/" + parts[2] + "/" + parts[4];
    boolean head = line.startsWith("HEAD ");
    String text =
        switch (fate) {
          case SEE_OTHER ->
              "HTTP/1.1 303 See\r\nLocation: " + next + "\r\nContent-Length: 0\r\n\r\n";
          case TEMPORARY ->
              "HTTP/1.1 307 There\r\nLocation: " + next + "\r\nContent-Length: 0\r\n\r\n";
          case CLOSES -> ok("Connection: close\r\n", head);
          case FIN, RST -> "";
          case CUT -> "HTTP/1.1 200 OK\r\nConte";
          case BODY_CUT -> "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfin";
          default -> ok("", head);
        };
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    if (fate == Fate.RST) {
      return reset(socket);
    }
    return switch (fate) {
      case ANSWERED, SEE_OTHER, TEMPORARY -> true;
      default -> false;
    };
  }

  private static String ok(String more, boolean head) {
    return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: 4\r\n\r\n" + (head ? "" : "fine");
  }

  private static boolean reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
    return false;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("ended");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  String uri(String path) {
    return "http://127.0.0.1:" + listener.port() + path;
  }

  long executions(String path) {
    AtomicLong count = executed.get(path);
    return count == null ? 0 : count.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
