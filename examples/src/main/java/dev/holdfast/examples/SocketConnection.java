package dev.holdfast.examples;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.SocketProbe;
import dev.holdfast.pool.Liveness;
import dev.holdfast.wire.WireSnapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client of the simplest kind: a {@link java.net.Socket} that speaks Redis' inline commands, one
 * line each way. Its reader thread stands in for an event loop: it sees the server's end at once,
 * and tells the pool.
 */
final class SocketConnection {

  private static final String END = "";

  private final Socket socket = new Socket();
  private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();
  private final Liveness liveness;
  private final SocketProbe probe;
  private volatile boolean asked;

  SocketConnection(InetSocketAddress server, Liveness liveness) throws IOException {
    this.liveness = liveness;
    socket.connect(server);
    socket.setTcpNoDelay(true);
    probe = SocketProbe.of(socket);
    Thread reader = new Thread(this::read, "socket-reader");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    Cause end = Cause.PEER_CLOSED;
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!asked) {
          liveness.dead(Cause.UNSOLICITED_INPUT);
        }
        asked = false;
        replies.add(line);
      }
    } catch (IOException reset) {
      end = Cause.PEER_RESET;
    }
    liveness.dead(end);
    replies.add(END);
  }

  /** Sends one command and waits for its line. */
  String call(String command, Duration patience) throws IOException, InterruptedException {
    asked = true;
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    String reply = replies.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (reply == null || reply.equals(END)) {
      liveness.dead(Cause.REPLY_OVERDUE); // a late answer must not be the next caller's
      throw new IOException(reply == null ? "no answer to " + command : "the server has closed");
    }
    return reply;
  }

  /** What the kernel knows; nothing without native epoll. */
  WireSnapshot snapshot() {
    return probe.read(System.nanoTime());
  }

  void close() {
    probe.release();
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed then
    }
  }
}
