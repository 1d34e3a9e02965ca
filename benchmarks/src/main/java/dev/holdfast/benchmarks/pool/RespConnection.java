package dev.holdfast.benchmarks.pool;

import dev.holdfast.internal.wire.SocketProbe;
import dev.holdfast.pool.Liveness;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A plain socket to Redis, one command at a time. */
final class RespConnection {

  private final Socket socket;
  private final InputStream in;
  private final SocketProbe probe;
  private final Liveness liveness;

  RespConnection(InetSocketAddress server, Liveness liveness, Duration timeout) throws IOException {
    this.liveness = liveness;
    socket = new Socket();
    socket.connect(server, (int) timeout.toMillis());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) timeout.toMillis());
    socket.setSoLinger(true, 0); // what a dead path still holds must not arrive later
    in = new BufferedInputStream(socket.getInputStream());
    probe = SocketProbe.of(socket);
  }

  Liveness liveness() {
    return liveness;
  }

  SocketProbe probe() {
    return probe;
  }

  /** Sends an inline command and reads the one line of its answer. */
  String command(String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("closed by the server");
      }
      answer.write(next);
    }
    return answer.toString(StandardCharsets.US_ASCII).strip();
  }

  void close() throws IOException {
    probe.release();
    socket.close();
  }
}
