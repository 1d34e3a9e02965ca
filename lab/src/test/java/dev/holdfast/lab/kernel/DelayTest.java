package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static dev.holdfast.lab.kernel.Sockets.pingInVain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cable with a length: how long it takes, and that it carries what a short one does. */
@KernelLab
final class DelayTest {

  private static final Duration ONE_WAY = Duration.ofMillis(40);

  @ParameterizedTest
  @EnumSource
  void mustTakeARoundTripUnderEveryAddress(Dial dial, Network network) throws IOException {
    RedisServer redis = network.redis();
    network.delay(ONE_WAY);
    long start = System.nanoTime();
    try (Socket socket = connect(dial, redis)) {
      long connected = System.nanoTime();
      ping(socket);
      assertThat(connected - start).isGreaterThanOrEqualTo(ONE_WAY.multipliedBy(2).toNanos());
      assertThat(System.nanoTime() - connected)
          .isGreaterThanOrEqualTo(ONE_WAY.multipliedBy(2).toNanos());
    }
  }

  /** Put in under a connection, made longer, made shorter. */
  @Test
  void mustChangeUnderALiveConnection(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      network.delay(Duration.ofMillis(1));
      assertThat(ping(socket)).isEqualTo("+PONG");
      network.delay(Duration.ofMillis(400)); // a round trip is longer than the socket's patience
      assertThatThrownBy(() -> pingInVain(socket)).isInstanceOf(SocketTimeoutException.class);
      assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
      network.delay(Duration.ZERO);
      assertThat(ping(socket)).isEqualTo("+PONG");
    }
  }

  /** More than one window and more than one packet of the kernel's largest size. */
  @Test
  void mustCarryBytesUnchanged(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.delay(Duration.ofMillis(5));
    String value = "0123456789abcdef".repeat(1 << 16);
    try (Socket socket = connect(Dial.VIRTUAL, redis)) {
      String set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n".formatted(value.length(), value);
      socket.getOutputStream().write(set.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("+OK\r\n");
      socket.getOutputStream().write("GET k\r\n".getBytes(StandardCharsets.US_ASCII));
      String head = "$%d\r\n".formatted(value.length());
      byte[] reply = socket.getInputStream().readNBytes(head.length() + value.length() + 2);
      assertThat(new String(reply, StandardCharsets.US_ASCII)).isEqualTo(head + value + "\r\n");
    }
  }

  /** The router's rules name the interface that was replaced. */
  @Test
  void mustMeetFaultsBehindTheDelay(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.loose(false).delay(Duration.ofMillis(1));
    try (Socket socket = connect(Dial.ROUTER, redis)) {
      ping(socket);
      network.dropReplies();
      assertThatThrownBy(() -> pingInVain(socket)).isInstanceOf(SocketTimeoutException.class);
      assertThat(network.count(RouterCounter.REPLY_DROPPED)).isPositive();
    }
    network.heal();
    network.dropSyn(20_000, 20_000);
    assertThatThrownBy(() -> connect(Dial.ROUTED, redis, 20_000))
        .isInstanceOf(SocketTimeoutException.class);
  }
}
