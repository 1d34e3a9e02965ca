package dev.holdfast.examples;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelCounters;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Incident E. Two clients share a translated address and its ports. The server still holds
 * TIME_WAIT for one of them when the other's SYN comes from the same port with an older timestamp:
 * it answers with the acknowledgement of the old connection. With RFC 1337 the reset that follows
 * changes nothing, and the connect times out.
 */
final class StaleAck implements Incident {

  private static final int FIRST_PORT = 30_000;

  /** More than all connects need: one for which the router finds no port is dropped silently. */
  private static final int PORTS = 1024;

  /**
   * Two ports in sixteen, so that a few redials in a row do not meet bad ones only: an even and an
   * odd one, for a bound socket is given odd ports first, another one even ({@code
   * inet_csk_find_open_port}, {@code __inet_hash_connect}).
   */
  private static final int STEP = 16;

  private static final int PROBES = 80;
  private static final int PROBE_MILLIS = 300;
  private static final int BARE_ERRORS = 2;
  private static final int MOST_VISITS = 200;
  private static final int GUARDED_VISITS = 60;

  @Override
  public String name() {
    return "E-stale-ack";
  }

  @Override
  public String story() {
    return "Two clients behind one translated address. The server is in TIME_WAIT with one when the"
        + " other's SYN comes from the same port, and answers it with the old connection's ACK.";
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    RedisServer redis = stage.startRedis(options -> options);
    network.server(0).rfc1337(true);
    network.client().portRange(FIRST_PORT, FIRST_PORT + PORTS - 1);
    network.translate(FIRST_PORT, FIRST_PORT + PORTS - 1); // keeps a port that is free
    String unlucky = stage(stage, redis);
    KernelCounters before = network.serverKernel(0);
    Party bare = stage.bare(Dial.ROUTED, unlucky);
    for (int i = 0; i < MOST_VISITS && bare.failed() < BARE_ERRORS; i++) {
      bare.visit();
    }
    KernelCounters after = network.serverKernel(0);
    stage.evidence(
        "server kernel: PAWSTimewait +%d, TCPACKSkippedTimeWait +%d, %d socket(s) in TIME_WAIT"
            .formatted(
                after.since(before, "TcpExt.PAWSTimewait"),
                after.since(before, "TcpExt.TCPACKSkippedTimeWait"),
                network.server(0).timeWaits()));
    stage.evidence(
        "capture: %d SYNs answered by a bare ACK".formatted(stage.wire().staleAnswers()));
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            unlucky,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan()));
    for (int i = 0; i < GUARDED_VISITS; i++) {
      guarded.visit();
    }
    stage.evidence("guarded: %s".formatted(guarded.diagnoses()));
  }

  /**
   * Leaves the server in TIME_WAIT with one client such that the other's SYNs look older to it;
   * which of the two that is depends on the kernel's secret ({@code secure_tcp_ts_off}).
   *
   * @return the other's address
   */
  private static String stage(Stage stage, RedisServer redis) {
    List<String> clients = stage.network().clientAddresses();
    for (int lucky = 0; lucky < clients.size(); lucky++) {
      leaveTimeWaits(stage, redis, clients.get(lucky));
      String unlucky = clients.get(1 - lucky);
      for (int i = 0; i < PROBES; i++) {
        probe(redis, unlucky);
        if (stage.wire().staleAnswers() > 0) {
          return unlucky;
        }
      }
    }
    throw new IllegalStateException("neither client's SYN met the other's TIME_WAIT");
  }

  private static void leaveTimeWaits(Stage stage, RedisServer redis, String client) {
    int before = timeWaits(stage);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < PORTS; i += STEP) {
        sockets.add(connect(redis, client, FIRST_PORT + i));
        sockets.add(connect(redis, client, FIRST_PORT + i + 1));
      }
      for (Socket socket : sockets) {
        socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().readNBytes("+PONG\r\n".length()); // unread, it would be reset
      }
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      stage.await("the server has closed", () -> timeWaits(stage) - before >= sockets.size());
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    stage.network().forgetAll();
  }

  private static int timeWaits(Stage stage) {
    return stage.network().server(0).timeWaits();
  }

  private static void probe(RedisServer redis, String client) {
    try {
      connect(redis, client, 0).close();
    } catch (SocketTimeoutException stale) {
      // what it met is in the capture
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket connect(RedisServer redis, String client, int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(client, port));
      socket.connect(new InetSocketAddress(Dial.ROUTED.address(), redis.port()), PROBE_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
