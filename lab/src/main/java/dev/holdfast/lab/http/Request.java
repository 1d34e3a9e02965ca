package dev.holdfast.lab.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A request that has arrived as a whole; its body is dropped.
 *
 * @param bytes all it had
 */
record Request(String method, String target, String id, long bytes) {

  private static final int MAX_HEAD = 64 * 1024;

  /**
   * @param unread from the request's first byte on
   * @throws IOException if it ends before the request does or is no request
   */
  static Request read(InputStream unread) throws IOException {
    Counted in = new Counted(unread);
    String[] start = line(in).split(" ", 3);
    if (start.length != 3) {
      throw new IOException("no request line");
    }
    Map<String, String> headers = new HashMap<>();
    int size = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      size += line.length();
      int colon = line.indexOf(':');
      if (colon < 1 || size > MAX_HEAD) {
        throw new IOException("no header: " + line);
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (headers.getOrDefault("transfer-encoding", "").contains("chunked")) {
      skipChunks(in);
    } else {
      skip(in, length(headers.getOrDefault("content-length", "0"), 10));
    }
    String named = headers.get(FaultServer.REQUEST_ID.toLowerCase(Locale.ROOT));
    return new Request(start[0], start[1], named == null ? start[1] : named, in.count);
  }

  private static void skipChunks(Counted in) throws IOException {
    long size;
    do {
      size = length(line(in), 16);
      skip(in, size);
      line(in); // after a chunk, and after the last one, for nobody here sends trailers
    } while (size > 0);
  }

  private static long length(String digits, int radix) throws IOException {
    try {
      return Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      throw new IOException("no length: " + digits, e);
    }
  }

  private static void skip(Counted in, long bytes) throws IOException {
    for (long left = bytes; left > 0; left--) {
      if (in.read() < 0) {
        throw new EOFException("within a body");
      }
    }
  }

  private static String line(Counted in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("within a line");
      }
      if (line.length() > MAX_HEAD) {
        throw new IOException("a line without end");
      }
      line.append((char) c);
    }
    int end = line.length() - 1;
    return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
  }

  /** Counts what is read of it. */
  private static final class Counted {
    private final InputStream in;
    private long count;

    Counted(InputStream in) {
      this.in = in;
    }

    int read() throws IOException {
      int next = in.read();
      count += next < 0 ? 0 : 1;
      return next;
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
