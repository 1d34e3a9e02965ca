package dev.holdfast.lab.kernel;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two clients share a translated address and its ports. The server holds TIME_WAIT for one of them
 * when the other's SYN comes from the same port with an older timestamp, and answers it with the
 * acknowledgement of the old connection.
 *
 * @param firstPort first of the shared ports
 * @param ports how many there are; more than all later connects need, for one for which the router
 *     finds no port is dropped silently
 * @param oneIn one port in so many is in TIME_WAIT, in neighbours of an even and an odd one: a
 *     bound socket is given odd ports first, another one even ({@code inet_csk_find_open_port},
 *     {@code __inet_hash_connect})
 */
public record StaleTimeWaits(int firstPort, int ports, int oneIn) {

  private static final int PROBES = 16;
  private static final Duration PROBE = Duration.ofMillis(300);
  private static final Duration SOON = Duration.ofSeconds(30);

  /**
   * Translates the clients' addresses into one and leaves the server in TIME_WAIT with one of them
   * such that the other's SYNs look older to it. Whether they do depends on the kernel's secret
   * ({@code secure_tcp_ts_off}), in some kernels for all ports alike, in others for each one anew,
   * so it is tried out.
   *
   * @param network the network, with one Redis on its first server
   * @param redis that Redis; its clients are disconnected
   * @return the address whose connects are answered with stale acknowledgements
   * @throws IllegalStateException if neither client's SYN met the other's TIME_WAIT
   */
  public String leave(Network network, RedisServer redis) {
    int lastPort = firstPort + ports - 1;
    network.client().portRange(firstPort, lastPort);
    network.translate(firstPort, lastPort); // keeps a port that is free
    List<String> clients = network.clientAddresses();
    try {
      for (int lucky = 0; lucky < clients.size(); lucky++) {
        leave(network, redis, clients.get(lucky));
        String other = clients.get(1 - lucky);
        for (int i = 0; i < PROBES; i++) {
          long before = answers(network);
          probe(redis, other, firstPort + i * step());
          if (answers(network) > before) {
            return other;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("neither client's SYN met the other's TIME_WAIT");
  }

  /**
   * How many SYNs the first server has answered with the acknowledgement of an old connection.
   * Within half a second of such an answer the next is left out ({@code tcp_invalid_ratelimit});
   * that SYN is lost like any other, and not counted here.
   *
   * @param network the network
   * @return a count that only grows
   */
  public static long answers(Network network) {
    KernelCounters server = network.serverKernel(0);
    return server.get("TcpExt.PAWSTimewait") - server.get("TcpExt.TCPACKSkippedTimeWait");
  }

  private int step() {
    return 2 * oneIn;
  }

  private void leave(Network network, RedisServer redis, String client) throws IOException {
    int before = network.server(0).timeWaits();
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < ports; i += step()) {
      sockets.add(connect(redis, client, firstPort + i, SOON));
      sockets.add(connect(redis, client, firstPort + i + 1, SOON));
    }
    for (Socket socket : sockets) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readNBytes("+PONG\r\n".length()); // unread, it would be reset
    }
    redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    Await.until(
        "the server has closed",
        SOON,
        () -> network.server(0).timeWaits() - before >= sockets.size());
    for (Socket socket : sockets) {
      socket.close();
    }
    network.forgetAll();
  }

  private static void probe(RedisServer redis, String client, int port) throws IOException {
    try (Socket socket = connect(redis, client, port, PROBE)) {
      socket.setSoLinger(true, 0); // this end's TIME_WAIT would hold a port that is still wanted
    } catch (SocketTimeoutException stale) {
      // counted by the server's kernel
    }
  }

  private static Socket connect(RedisServer redis, String client, int port, Duration timeout)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReuseAddress(true); // an earlier connect's TIME_WAIT at this end is no hindrance
      socket.bind(new InetSocketAddress(client, port));
      socket.connect(
          new InetSocketAddress(Dial.ROUTED.address(), redis.port()), (int) timeout.toMillis());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
