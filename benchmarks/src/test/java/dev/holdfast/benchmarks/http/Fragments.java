package dev.holdfast.benchmarks.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** Byte strings that a parser of answers may take for one, or nearly; the same ones every time. */
final class Fragments {

  private static final List<String> PARTS =
      List.of(
          "HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 408 Request Time-out\r\nContent-length: 0\r\nConnection: close\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n",
          "HTTP/1.1 103 Early Hints\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n\r\n",
          "HTTP/1.1 204 No Content\r\n\r\n",
          "HTTP/1.0 400 Bad Request\r\n\r\n<html>",
          "HTTP/1.1 20",
          "HTTP/1.1 200",
          "HTTP/2.0 200 OK\r\n",
          "Content-Length: 0\r\n\r\n",
          "Content-Length: 5\r\n\r\nhello",
          "Content-Length: -1\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n",
          "Connection: close\r\n",
          "Keep-Alive: timeout=99999999999\r\n",
          "X-Request-Id: \r\n",
          "\r\n",
          "\r\n\r\n",
          "\n",
          "\u0015\u0003\u0003\u0000\u0002\u0001\u0000",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "+PONG\r\n",
          "SSH-2.0-OpenSSH\r\n",
          "\u0000");

  private static final int MOST_PARTS = 6;
  private static final int MOST_NOISE = 300;

  private final SplittableRandom random;

  Fragments(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Parts in any order, some bytes of them changed, or mere noise; led by any byte. */
  byte[] next() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(random.nextInt(256));
    if (random.nextInt(5) == 0) {
      byte[] noise = new byte[1 + random.nextInt(MOST_NOISE)];
      random.nextBytes(noise);
      all.writeBytes(noise);
      return all.toByteArray();
    }
    for (int i = random.nextInt(MOST_PARTS); i >= 0; i--) {
      String part = PARTS.get(random.nextInt(PARTS.size()));
      all.writeBytes(part.getBytes(StandardCharsets.ISO_8859_1));
    }
    byte[] bytes = all.toByteArray();
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
