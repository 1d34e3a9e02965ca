package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Segment.Flag.ACK;
import static dev.holdfast.lab.kernel.Segment.Flag.RST;
import static dev.holdfast.lab.kernel.Segment.Flag.SYN;
import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two clients behind one address and few ports. */
@KernelLab
final class TranslationTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** At one half each, none of them meets it once in a million runs. */
  private static final int TRIES = 20;

  @ParameterizedTest
  @EnumSource
  void mustGiveBothClientsOneAddressAndPort(Dial dial, Network network) throws IOException {
    RedisServer redis = network.redis();
    network.translate(30_000, 30_000);
    for (String client : network.clientAddresses()) {
      try (Capture arrived = network.captureAtServer(0);
          Socket socket = connect(dial, redis, new InetSocketAddress(client, 0))) {
        ping(socket);
        arrived.close();
        assertThat(arrived.segments().get(0))
            .matches(syn -> syn.source().equals("10.77.10.1") && syn.sourcePort() == 30_000);
      }
      network.forgetAll();
    }
  }

  @Test
  void mustDropTheConnectForWhichNoPortIsLeft(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.translate(30_000, 30_001);
    try (Socket first = connect(Dial.ROUTED, redis);
        Socket second = connect(Dial.ROUTED, redis)) {
      assertThatThrownBy(() -> connect(Dial.ROUTED, redis))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(List.of(ping(first), ping(second))).containsOnly("+PONG");
    }
  }

  /**
   * The server is in TIME_WAIT with one client when the other's SYN comes from the same address and
   * port. Timestamps begin at random values, so every other SYN looks old, and its answer is the
   * acknowledgement of the old connection.
   */
  @Test
  void mustMeetAStaleAcknowledgement(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.translate(30_000, 30_000);
    long resets = network.clientKernel().get("Tcp.OutRsts");
    List<Segment> late = List.of();
    for (int i = 0; i < TRIES && late.isEmpty(); i++) {
      List<Segment> all = connectAndBeClosed(network, redis, i % 2);
      late = isStale(all.get(1)) ? all : List.of();
    }
    assertThat(late.stream().limit(4))
        .satisfiesExactly(
            syn -> assertThat(syn.is(SYN)).isTrue(),
            stale -> assertThat(isStale(stale)).isTrue(),
            reset -> assertThat(reset.is(RST)).isTrue(),
            again -> assertThat(again.is(SYN)).isTrue());
    assertThat(network.clientKernel().get("Tcp.OutRsts")).isEqualTo(resets + 1);
  }

  /** The same, but the reset does not end the server's TIME_WAIT: that port is of no use. */
  @Test
  void mustNotGetPastAStaleAcknowledgementWithRfc1337(Network network) {
    RedisServer redis = network.redis();
    network.server(0).rfc1337(true);
    network.translate(30_000, 30_000);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < TRIES; i++) {
                connectAndBeClosed(network, redis, i % 2);
              }
            })
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(network.server(0).timeWaits()).isEqualTo(1);
  }

  private static boolean isStale(Segment segment) {
    return segment.is(ACK) && segment.source().equals(Dial.ROUTED.address());
  }

  /** From a SYN to a TIME_WAIT at the server; the router has forgotten the flow, as NATs do. */
  private static List<Segment> connectAndBeClosed(Network network, RedisServer redis, int client)
      throws IOException {
    InetSocketAddress local = new InetSocketAddress(network.clientAddresses().get(client), 0);
    Capture capture = network.capture();
    try (capture;
        Socket socket = connect(Dial.ROUTED, redis, local)) {
      ping(socket);
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    Await.until("the server waits", SOON, () -> network.server(0).timeWaits() == 1);
    network.forgetAll();
    return capture.segments();
  }
}
