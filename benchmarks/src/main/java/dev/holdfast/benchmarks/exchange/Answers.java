package dev.holdfast.benchmarks.exchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * What a server answers, as the request's path says: {@code /kind/number}. A redirect's kind names
 * its status, its origin if that is another, and what it leads to, as {@code 302@B.307.plain}.
 */
final class Answers {

  private static final byte[] NONE = {};

  private final Map<String, String> origins;

  /**
   * @param origins the addresses of all servers by their names
   */
  Answers(Map<String, String> origins) {
    this.origins = origins;
  }

  /** The bytes of the answer; those of its body are left out for {@code HEAD}. */
  byte[] to(Asked request) throws IOException {
    boolean bodiless = request.method().equals("HEAD");
    String text = "answer to %s %s".formatted(request.method(), request.path());
    byte[] body =
        text.repeat(request.number().endsWith("7") ? 400 : 1).getBytes(StandardCharsets.ISO_8859_1);
    String kind = request.kind();
    if (Character.isDigit(kind.charAt(0))) {
      return redirect(kind, request.number());
    }
    return switch (kind) {
      case "chunked" -> chunked("", body, "", bodiless);
      case "trailers" -> chunked("Trailer: Sum\n", body, "Sum: 4711\r\n", bodiless);
      case "gzip" -> {
        byte[] zipped = zip(body);
        yield message("200 OK", "Content-Encoding: gzip\n" + length(zipped), zipped, bodiless);
      }
      case "gzipchunks" -> chunked("Content-Encoding: gzip\n", zip(body), "Sum: 1\r\n", bodiless);
      case "empty" -> message("204 No Content", "X: y", NONE, true);
      case "unchanged" -> message("304 Not Modified", "ETag: \"a\"", NONE, true);
      case "hints" -> join(interim(103), message("200 OK", length(body), body, bodiless));
      case "interims" ->
          join(join(interim(102), interim(103)), message("200 OK", length(body), body, bodiless));
      case "cookie" ->
          message("200 OK", length(body) + "\nSet-Cookie: a=b" + body.length, body, bodiless);
      case "kept" ->
          message("200 OK", length(body) + "\nKeep-Alive: timeout=60, max=100", body, bodiless);
      case "missing" -> message("404 Not Found", length(body), body, bodiless);
      case "closed", "hasty" ->
          message("200 OK", length(body) + "\nConnection: close", body, bodiless);
      case "closes" -> message("200 OK", "Connection: close", body, bodiless);
      case "old" -> old(message("200 OK", "X: y", body, bodiless));
      case "oldkept" ->
          old(message("200 OK", length(body) + "\nConnection: keep-alive", body, bodiless));
      case "cut" ->
          message(
              "200 OK", "Connection: close\nContent-Length: " + (body.length + 9), body, bodiless);
      case "cutchunk" ->
          message(
              "200 OK",
              "Connection: close\nTransfer-Encoding: chunked",
              "20\r\nhalf".getBytes(StandardCharsets.ISO_8859_1),
              bodiless);
      case "stall" -> message("200 OK", "Content-Length: 100000", body, bodiless);
      case "busy" -> message("503 Busy", length(body), body, bodiless);
      case "basic" -> unauthorized("401 Who", "WWW-Authenticate: Basic realm=\"r\"");
      case "digest" ->
          unauthorized(
              "401 Who",
              "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5");
      case "early" -> message("413 Too much", "Content-Length: 0\nConnection: close", NONE, true);
      default -> message("200 OK", length(body), body, bodiless);
    };
  }

  /** The answer to a request that had to come twice. */
  byte[] plain(Asked request) {
    byte[] body = ("second answer to " + request.path()).getBytes(StandardCharsets.ISO_8859_1);
    return message("200 OK", length(body), body, request.method().equals("HEAD"));
  }

  /** Asks a proxy's client for its name. */
  static byte[] unauthorized(String status, String header) {
    return message(status, header + "\nContent-Length: 0", NONE, true);
  }

  static byte[] interim(int status) {
    return message(status + " Wait", "Link: </x>", NONE, true);
  }

  private byte[] redirect(String kind, String number) {
    String[] leads = kind.split("\\.", 2);
    String[] status = leads[0].split("@", 2);
    String origin = status.length > 1 ? origins.getOrDefault(status[1], "") : "";
    return message(
        status[0] + " There",
        "Content-Length: 0\nLocation: %s/%s/%s".formatted(origin, leads[1], number),
        NONE,
        true);
  }

  private static String length(byte[] body) {
    return "Content-Length: " + body.length;
  }

  private static byte[] old(byte[] now) {
    now["HTTP/1.".length()] = '0';
    return now;
  }

  private static byte[] chunked(String headers, byte[] body, String trailers, boolean bodiless) {
    int half = body.length / 2;
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String all =
        "%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n%s\r\n"
            .formatted(
                half,
                text.substring(0, half),
                text.length() - half,
                text.substring(half),
                trailers);
    return message(
        "200 OK",
        headers + "Transfer-Encoding: chunked",
        all.getBytes(StandardCharsets.ISO_8859_1),
        bodiless);
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

  private static byte[] zip(byte[] body) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(body);
    }
    return zipped.toByteArray();
  }
}
