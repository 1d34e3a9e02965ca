package dev.holdfast.lab.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * An answer to a request. It names the request it belongs to in the header {@link
 * FaultServer#REQUEST_ID}, so that a caller who was given another's answer can tell.
 *
 * @param status for example 200
 * @param body of the answer; empty for the id of the request
 * @param chunked whether the body is sent in chunks of one byte instead of with its length
 * @param keepAliveHint what {@code Keep-Alive: timeout} says, in whole seconds
 * @param close whether {@code Connection: close} is said; the connection closes then
 */
public record Answer(
    int status,
    Optional<String> body,
    boolean chunked,
    Optional<Duration> keepAliveHint,
    boolean close) {

  private static final Answer OK =
      new Answer(200, Optional.empty(), false, Optional.empty(), false);

  /**
   * The usual answer.
   *
   * @return {@code 200} with the request's id as its body; the connection is kept
   */
  public static Answer ok() {
    return OK;
  }

  /**
   * Changes the status.
   *
   * @param code for example 503
   * @return a changed copy
   */
  public Answer withStatus(int code) {
    return new Answer(code, body, chunked, keepAliveHint, close);
  }

  /**
   * Changes the body.
   *
   * @param text in ASCII
   * @return a changed copy
   */
  public Answer withBody(String text) {
    return new Answer(status, Optional.of(text), chunked, keepAliveHint, close);
  }

  /**
   * Sends the body in chunks.
   *
   * @return a changed copy
   */
  public Answer inChunks() {
    return new Answer(status, body, true, keepAliveHint, close);
  }

  /**
   * Says how long idle connections are kept; the server does not act on it.
   *
   * @param timeout whole seconds
   * @return a changed copy
   */
  public Answer hinting(Duration timeout) {
    return new Answer(status, body, chunked, Optional.of(timeout), close);
  }

  /**
   * Says that the connection closes after this answer, and closes it.
   *
   * @return a changed copy
   */
  public Answer closing() {
    return new Answer(status, body, chunked, keepAliveHint, true);
  }

  /**
   * Counts the bytes of this answer before its body.
   *
   * @param id of the request it is for
   * @return all up to and with the empty line
   */
  public int headBytes(String id) {
    return head(id, body.orElse(id)).length();
  }

  /**
   * Counts the bytes of this answer to a request that is not {@code HEAD}.
   *
   * @param id of the request it is for
   * @return head and body
   */
  public int bytes(String id) {
    return bytes(id, true).length;
  }

  byte[] bytes(Request request) {
    return bytes(request.id(), !request.method().equals("HEAD"));
  }

  private byte[] bytes(String id, boolean withBody) {
    String text = body.orElse(id);
    String sent = chunked ? chunks(text) : text;
    return (head(id, text) + (withBody ? sent : "")).getBytes(StandardCharsets.ISO_8859_1);
  }

  private String head(String id, String text) {
    StringBuilder all = new StringBuilder("HTTP/1.1 " + status + " Lab\r\n");
    all.append(FaultServer.REQUEST_ID + ": ").append(id).append("\r\n");
    keepAliveHint.ifPresent(
        limit -> all.append("Keep-Alive: timeout=").append(limit.toSeconds()).append("\r\n"));
    if (close) {
      all.append("Connection: close\r\n");
    }
    all.append(chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + text.length());
    all.append(chunked ? "\r\n" : "\r\n\r\n");
    return all.toString();
  }

  private static String chunks(String text) {
    StringBuilder chunks = new StringBuilder();
    text.chars().forEach(c -> chunks.append("1\r\n").append((char) c).append("\r\n"));
    return chunks.append("0\r\n\r\n").toString();
  }
}
