package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the settings of either end do to bare sockets. */
@KernelLab
final class HostKernelTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String NO_PORT_LEFT = "Cannot assign requested address";

  @Test
  void mustCountTimeWaitsOnTheEndThatClosedFirst(Network network) throws IOException {
    RedisServer redis = network.redis();
    int before = network.client().timeWaits();
    // many, for some of an earlier test may expire meanwhile
    for (int i = 0; i < 20; i++) {
      connect(Dial.ROUTED, redis).close();
    }
    Await.until("closed", SOON, () -> network.client().timeWaits() > before);
    assertThat(network.server(0).timeWaits()).isZero();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    Await.until("closed", SOON, () -> network.server(0).timeWaits() == 1);
  }

  @Test
  void mustOverflowBeyondTheTimeWaitLimit(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.client().timeWaitLimit(0);
    long before = network.clientKernel().get("TcpExt.TCPTimeWaitOverflow");
    for (int i = 0; i < 3; i++) {
      connect(Dial.ROUTED, redis).close();
    }
    Await.until(
        "all closed",
        SOON,
        () -> network.clientKernel().get("TcpExt.TCPTimeWaitOverflow") == before + 3);
  }

  @Test
  void mustRunOutOfPorts(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.client().portRange(30_000, 30_009);
    List<Socket> all = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        all.add(connect(Dial.ROUTED, redis));
      }
      assertThat(all).extracting(Socket::getLocalPort).allMatch(port -> port / 10 == 3_000);
      assertThatThrownBy(() -> connect(Dial.ROUTED, redis))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining(NO_PORT_LEFT);
    } finally {
      for (Socket socket : all) {
        socket.close();
      }
    }
  }

  @Test
  void mustReuseTimeWaitOnlyIfTold(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.client().portRange(30_000, 30_000).reuseTimeWait(false);
    connect(Dial.ROUTED, redis).close();
    assertThatThrownBy(() -> connect(Dial.ROUTED, redis)).hasMessageContaining(NO_PORT_LEFT);
    network.client().reuseTimeWait(true);
    Await.until("the port is free again", SOON, () -> connects(redis));
  }

  private static boolean connects(RedisServer redis) {
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      return ping(socket).equals("+PONG");
    } catch (IOException notYet) {
      return false;
    }
  }

  /** The rule behind the unacknowledged class knows a pure acknowledgement by its 52 bytes. */
  @Test
  void mustUseTimestampsOnlyIfBothEndsDo(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.idleLimit(Duration.ofSeconds(60)).unacknowledgedLimit(Duration.ofSeconds(20));
    try (Socket with = connect(Dial.ROUTED, redis)) {
      ping(with);
      assertThat(secondsLeft(network, with)).isLessThanOrEqualTo(20);
    }
    network.server(0).timestamps(false);
    try (Socket without = connect(Dial.ROUTED, redis)) {
      ping(without);
      assertThat(secondsLeft(network, without)).isGreaterThan(20);
    }
  }

  private static long secondsLeft(Network network, Socket socket) {
    return network.conntrackEntries().stream()
        .filter(flow -> flow.line().contains("sport=" + socket.getLocalPort()))
        .findFirst()
        .orElseThrow()
        .left()
        .toSeconds();
  }

  /** Several networks follow each other in one JVM. */
  @Test
  void mustLeaveTheClientAsItWas() {
    String before = portRange();
    Network network = Network.open(1);
    try {
      network.client().portRange(30_000, 30_009).portRange(30_000, 30_001);
      assertThat(portRange()).isNotEqualTo(before);
    } finally {
      network.close();
    }
    assertThat(portRange()).isEqualTo(before);
  }

  /** TIME_WAIT, or a FIN sent again and again, of a connection whose server is gone. */
  @Test
  void mustLeaveNoSocketToTheNextNetwork() throws IOException {
    Network network = Network.open(1);
    try {
      connect(Dial.ROUTED, network.redis()).close();
      assertThat(sockets()).contains(Dial.ROUTED.address());
    } finally {
      network.close();
    }
    assertThat(sockets()).doesNotContain(Dial.ROUTED.address());
  }

  private static String sockets() {
    return Shell.run(List.of(), "ss --tcp --numeric state all");
  }

  private static String portRange() {
    return Shell.run(List.of(), "cat /proc/sys/net/ipv4/ip_local_port_range");
  }
}
