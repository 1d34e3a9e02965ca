package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.benchmarks.diagnosis.Subject.Visit;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelCounters;
import dev.holdfast.lab.kernel.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two clients share a translated address and its ports. The server holds TIME_WAIT for one of them
 * when the other's SYN comes from the same port with an older timestamp, and answers it with the
 * acknowledgement of the old connection.
 */
final class StaleAcks {

  private static final int FIRST_PORT = 30_000;
  private static final int PORTS = 512;
  private static final int PROBES = 3;
  private static final int PROBE_MILLIS = 300;
  private static final int MOST_VISITS = 300;

  private StaleAcks() {}

  /** The client's reset ends the TIME_WAIT and its kernel repeats the SYN at once. */
  static List<Optional<Diagnosis>> repeatedAtOnce(Bed bed) throws Exception {
    return visits(bed, false, 2);
  }

  /** RFC 1337: the TIME_WAIT outlives the reset, and only another port helps. */
  static List<Optional<Diagnosis>> protectedTimeWait(Bed bed) throws Exception {
    return visits(bed, true, 8);
  }

  /**
   * @param oneIn one port in so many, and its odd neighbour, is in TIME_WAIT
   */
  private static List<Optional<Diagnosis>> visits(Bed bed, boolean rfc1337, int oneIn)
      throws Exception {
    Network network = bed.network();
    RedisServer redis = network.redis();
    network.server(0).rfc1337(rfc1337);
    network.client().portRange(FIRST_PORT, FIRST_PORT + PORTS - 1);
    network.translate(FIRST_PORT, FIRST_PORT + PORTS - 1);
    InetAddress unlucky = InetAddress.getByName(stage(network, redis, 2 * oneIn));
    bed.guarding(builder -> builder.sourceAddresses(unlucky));
    List<Optional<Diagnosis>> said = new ArrayList<>();
    Subject subject = bed.subject(Dial.ROUTED, redis);
    for (int i = 0; i < MOST_VISITS && said.size() < bed.runs(); i++) {
      long before = staleAnswers(network);
      Visit visit = subject.visit();
      if (staleAnswers(network) > before) {
        said.add(visit.diagnosis());
      }
    }
    if (said.size() < bed.runs()) {
      throw new IllegalStateException(
          "%d of %d connects met a TIME_WAIT".formatted(said.size(), MOST_VISITS));
    }
    return said;
  }

  /**
   * Probes ports in TIME_WAIT. Which of the two is unlucky depends on the kernel's secret ({@code
   * secure_tcp_ts_off}).
   */
  private static String stage(Network network, RedisServer redis, int step) throws IOException {
    List<String> clients = network.clientAddresses();
    for (int lucky = 0; lucky < clients.size(); lucky++) {
      leaveTimeWaits(network, redis, clients.get(lucky), step);
      String other = clients.get(1 - lucky);
      for (int i = 0; i < PROBES; i++) {
        long before = staleAnswers(network);
        probe(redis, other, FIRST_PORT + i * step);
        if (staleAnswers(network) > before) {
          return other;
        }
      }
    }
    throw new IllegalStateException("neither client's SYN met the other's TIME_WAIT");
  }

  /**
   * Answers, not SYNs: within half a second of one the next is left out ({@code
   * tcp_invalid_ratelimit}), and such a SYN is lost like any other.
   */
  private static long staleAnswers(Network network) {
    KernelCounters server = network.serverKernel(0);
    return server.get("TcpExt.PAWSTimewait") - server.get("TcpExt.TCPACKSkippedTimeWait");
  }

  private static void leaveTimeWaits(Network network, RedisServer redis, String client, int step)
      throws IOException {
    int before = network.server(0).timeWaits();
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < PORTS; i += step) {
      sockets.add(connect(redis, client, FIRST_PORT + i));
      sockets.add(connect(redis, client, FIRST_PORT + i + 1));
    }
    for (Socket socket : sockets) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readNBytes("+PONG\r\n".length()); // unread, it would be reset
    }
    redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    Bed.await(
        "the server has closed", () -> network.server(0).timeWaits() - before >= sockets.size());
    for (Socket socket : sockets) {
      socket.close();
    }
    network.forgetAll();
  }

  private static void probe(RedisServer redis, String client, int port) throws IOException {
    try {
      connect(redis, client, port).close();
    } catch (SocketTimeoutException stale) {
      // counted by the server's kernel
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
