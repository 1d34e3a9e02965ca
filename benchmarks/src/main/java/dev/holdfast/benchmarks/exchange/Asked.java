package dev.holdfast.benchmarks.exchange;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A request as it arrived at a server. */
final class Asked {

  private final List<String> lines = new ArrayList<>();
  private byte[] body = {};

  private Asked() {}

  /** Reads a head. */
  static Asked read(InputStream in) throws IOException {
    Asked request = new Asked();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      request.lines.add(line);
    }
    if (request.lines.isEmpty()) {
      throw new EOFException("an empty line in place of a request");
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

  private String target() {
    return lines.get(0).split(" ", 3)[1];
  }

  /** Longer than the path where the target names its server, as a proxy's does. */
  int targetLength() {
    return target().length();
  }

  /** Of the request's target, which a proxy is given whole. */
  String path() {
    String target = target();
    return target.startsWith("/") ? target : URI.create(target).getRawPath();
  }

  /** The first segment of the path: how to answer, and how to answer what a redirect leads to. */
  String kind() {
    return path().split("/", 3)[1];
  }

  String number() {
    return path().substring(path().lastIndexOf('/') + 1);
  }

  String header(String name) {
    for (String line : lines) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  boolean expects() {
    return !header("expect").isEmpty();
  }

  boolean hasBody() {
    return !header("transfer-encoding").isEmpty() || !header("content-length").isEmpty();
  }

  void readBody(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    if (header("transfer-encoding").equals("chunked")) {
      int size;
      do {
        size = Integer.parseInt(line(in), 16);
        all.write(whole(in, size));
        if (size > 0) {
          line(in);
        }
      } while (size > 0);
      for (String trailer = line(in); !trailer.isEmpty(); trailer = line(in)) {
        lines.add("trailer " + trailer);
      }
    } else if (hasBody()) {
      all.write(whole(in, Integer.parseInt(header("content-length"))));
    }
    body = all.toByteArray();
  }

  private static byte[] whole(InputStream in, int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException();
    }
    return bytes;
  }

  /** What may differ between two runs is left out. */
  @Override
  public String toString() {
    String head = String.join(" | ", lines).replaceAll("(cnonce|response|nc)=[^,]*", "$1=?");
    String text = new String(body, StandardCharsets.ISO_8859_1);
    return head
        + " body "
        + body.length
        + (body.length > 40 ? " #" + Arrays.hashCode(body) : " " + text);
  }
}
