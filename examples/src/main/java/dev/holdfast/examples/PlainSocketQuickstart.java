package dev.holdfast.examples;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.socket.SocketGuard;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * First steps with a plain {@link Socket}: a client of a line protocol that keeps its connection
 * between two questions. Not thread-safe.
 */
final class PlainSocketQuickstart implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 5_000;

  private final SocketGuard guard;
  private final SocketFactory sockets;
  private final InetSocketAddress server;
  private @Nullable Socket kept;

  PlainSocketQuickstart(InetSocketAddress server) {
    this.server = server;
    // readme
    this.guard = SocketGuard.create(plan());
    this.sockets = guard.socketFactory();
    // end
  }

  /** A server that closes idle connections after five minutes, behind a load balancer. */
  static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("ledger", Duration.ofMinutes(5)))
        .through(HopPreset.AWS_NLB.hop())
        .plan();
  }

  /** Asks, over the connection kept or a new one. */
  String ask(String question) throws IOException {
    Socket socket = connection();
    socket.getOutputStream().write((question + "\n").getBytes(StandardCharsets.US_ASCII));
    String answer =
        new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
            .readLine();
    if (answer == null) {
      throw new IOException("the server has closed");
    }
    return answer;
  }

  private Socket connection() throws IOException {
    Socket before = kept;
    if (before != null && guard.mayBeUsed(before)) {
      return before;
    }
    Socket fresh = sockets.createSocket();
    fresh.setSoTimeout(TIMEOUT_MILLIS);
    fresh.connect(server, TIMEOUT_MILLIS);
    kept = fresh;
    return fresh;
  }

  @Override
  public void close() throws IOException {
    Socket last = kept;
    if (last != null) {
      last.close();
    }
    guard.close();
  }
}
