package dev.holdfast.http.reactor.transparency;

import dev.holdfast.http.RawListener;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1 byte by byte: answers as the request's path says, {@code /run/kind/number}. A thread for
 * each connection.
 */
final class RawServer implements AutoCloseable {

  private static final byte[] NONE = {};

  private final RawListener listener;
  private final Journal journal;
  private volatile String other = "";

  RawServer(Journal journal, @Nullable SSLContext tls) throws IOException {
    this.journal = journal;
    InetAddress here = InetAddress.getLoopbackAddress();
    listener =
        new RawListener(
            tls == null
                ? new ServerSocket(0, 200, here)
                : tls.getServerSocketFactory().createServerSocket(0, 200, here));
    listener.serves(this::serve);
  }

  int port() {
    return listener.port();
  }

  /** Where redirects to another origin lead. */
  void other(String uri) {
    other = uri;
  }

  private void serve(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    InputStream in = socket.getInputStream();
    boolean goesOn = true;
    while (goesOn) {
      RawRequest request = RawRequest.read(in);
      boolean unread = request.expects() && request.kind().equals("early");
      if (!unread) {
        if (request.expects()) {
          socket.getOutputStream().write(message("100 Continue", "", NONE, true));
        }
        request.readBody(in);
      }
      journal.asked(request.path(), "raw", socket, request.toString());
      if (request.kind().equals("slow")) {
        in.read(); // until the client leaves
        return;
      }
      socket
          .getOutputStream()
          .write(answer(request.kind(), request.path(), request.method().equals("HEAD")));
      goesOn =
          !List.of("closed", "closes", "old", "early", "cut", "cutchunk", "babble")
              .contains(request.kind());
    }
    socket.shutdownOutput();
    in.readAllBytes();
  }

  private byte[] answer(String kind, String path, boolean bodiless) throws IOException {
    byte[] body = ("answer to " + kind).getBytes(StandardCharsets.ISO_8859_1);
    String ok = "200 OK";
    String length = "Content-Length: " + body.length;
    if (kind.matches("30[1-8].*")) {
      return message(
          kind.substring(0, 3) + " There",
          "Content-Length: 0\nLocation: " + next(path, other),
          NONE,
          true);
    }
    return switch (kind) {
      case "chunked" -> message(ok, "Transfer-Encoding: chunked", chunks(body, false), bodiless);
      case "trailers" ->
          message(ok, "Transfer-Encoding: chunked\nTrailer: Sum", chunks(body, true), bodiless);
      case "gzip" -> {
        byte[] zipped = zip(body);
        yield message(
            ok, "Content-Encoding: gzip\nContent-Length: " + zipped.length, zipped, bodiless);
      }
      case "empty" -> message("204 No Content", "X: y", NONE, true);
      case "unchanged" -> message("304 Not Modified", "ETag: y", NONE, true);
      case "cookie" -> message(ok, length + "\nSet-Cookie: a=b", body, bodiless);
      case "kept" -> message(ok, length + "\nKeep-Alive: timeout=60, max=100", body, bodiless);
      case "missing" -> message("404 Not Found", length, body, bodiless);
      case "closed" -> message(ok, length + "\nConnection: close", body, bodiless);
      case "closes" -> message(ok, "Connection: close", body, bodiless);
      case "old" -> {
        byte[] now = message(ok, "X: y", body, bodiless);
        now["HTTP/1.".length()] = '0';
        yield now;
      }
      case "cut" -> message(ok, "Content-Length: " + 2 * body.length, body, bodiless);
      case "cutchunk" ->
          message(
              ok, "Transfer-Encoding: chunked", new byte[] {'f', 'f', '\r', '\n', 'x'}, bodiless);
      case "early" -> message("413 Too much", "Content-Length: 0\nConnection: close", NONE, true);
      case "babble" -> "+PONG\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
      case "emptylines" -> join(message(ok, length, body, bodiless), new byte[] {'\r', '\n'});
      default -> message(ok, length, body, bodiless);
    };
  }

  /** Where a redirect leads: the rest of a kind {@code 302.303@other.plain}. */
  static String next(String path, String other) {
    String[] parts = path.split("/", 4);
    String[] hops = parts[2].split("\\.", 2);
    String local = "/" + parts[1] + "/" + hops[1] + "/" + parts[3];
    return hops[0].endsWith("@other") ? other + local : local;
  }

  static byte[] zip(byte[] body) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(body);
    }
    return zipped.toByteArray();
  }

  private static byte[] message(String status, String headers, byte[] body, boolean bodiless) {
    String head = "HTTP/1.1 " + status + "\n" + headers + (headers.isEmpty() ? "\n" : "\n\n");
    byte[] bytes = head.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    return bodiless ? bytes : join(bytes, body);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] chunks(byte[] body, boolean trailers) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String all =
        "3\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n%s\r\n"
            .formatted(
                text.substring(0, 3),
                text.length() - 3,
                text.substring(3),
                trailers ? "Sum: 4711\r\n" : "");
    return all.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** A request as it arrived. */
  private record RawRequest(List<String> lines, StringBuilder body) {

    static RawRequest read(InputStream in) throws IOException {
      List<String> lines = new CopyOnWriteArrayList<>();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        lines.add(line);
      }
      return new RawRequest(lines, new StringBuilder());
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
      return path().split("/", 4)[2];
    }

    boolean expects() {
      return !header("expect").isEmpty();
    }

    private String header(String name) {
      for (String line : lines) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
          return line.substring(name.length() + 1).strip();
        }
      }
      return "";
    }

    void readBody(InputStream in) throws IOException {
      if (header("transfer-encoding").equals("chunked")) {
        int size;
        do {
          size = Integer.parseInt(line(in), 16);
          body.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
          line(in);
        } while (size > 0);
      } else if (!header("content-length").isEmpty()) {
        int length = Integer.parseInt(header("content-length"));
        body.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
      }
    }

    @Override
    public String toString() {
      return lines + " body " + body.length() + " #" + body.toString().hashCode();
    }
  }
}
