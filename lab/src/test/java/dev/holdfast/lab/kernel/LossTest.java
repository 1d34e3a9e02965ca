package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Sockets.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a bare socket meets when only some packets are lost. */
@KernelLab
final class LossTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void mustLoseAShareOfTheSyns(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.dropSynRandomly(50);
    List<SocketChannel> dialled = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        SocketChannel channel = SocketChannel.open();
        dialled.add(channel);
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(Dial.ROUTED.address(), redis.port()));
      }
      // the last ones would wait for the kernel's retransmissions after 7, 11, 19 seconds
      Await.until(
          "most are through", SOON, () -> dialled.stream().filter(LossTest::isUp).count() >= 30);
      // fewer than 5 of 40 at one half: once in ten million runs
      assertThat(network.count(RouterCounter.SYN_DROPPED)).isGreaterThanOrEqualTo(5);
    } finally {
      for (SocketChannel channel : dialled) {
        channel.close();
      }
    }
  }

  private static boolean isUp(SocketChannel channel) {
    try {
      return channel.finishConnect();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void mustLoseEverySynOfHalfThePorts(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.dropSynPinned();
    for (int port = 20_000; port < 20_008; port++) {
      if ((port & 2) == 0) {
        connect(Dial.ROUTED, redis, port).close();
      } else {
        int lost = port;
        assertThatThrownBy(() -> connect(Dial.ROUTED, redis, lost))
            .isInstanceOf(SocketTimeoutException.class);
      }
    }
    assertThat(network.count(RouterCounter.SYN_DROPPED)).isEqualTo(4);
  }

  @Test
  void mustLoseTheServersHalfOfTheHandshake(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.dropSynAckRandomly(100);
    assertThatThrownBy(() -> connect(Dial.ROUTED, redis))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(network.count(RouterCounter.SYN_ACK_DROPPED)).isPositive();
    assertThat(network.count(RouterCounter.SYN_DROPPED)).isZero();
  }

  @Test
  void mustExecuteRequestsWhoseRepliesAreLost(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.dropReplies();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      socket.getOutputStream().write("INCR k\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(Sockets.NOTHING_COMES_MILLIS);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(redis.counter("k")).isEqualTo(1);
      assertThat(network.count(RouterCounter.REPLY_DROPPED)).isPositive();
      network.heal();
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().readNBytes(4)).asString().isEqualTo(":1\r\n");
    }
  }

  /** Only payload: handshake, acknowledgement and FIN of a connection without replies get by. */
  @Test
  void mustCarryWhatIsNoReplyWhileRepliesAreLost(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.dropReplies();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      socket.getOutputStream().write("CLIENT REPLY OFF\r\n".getBytes(StandardCharsets.US_ASCII));
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(network.count(RouterCounter.REPLY_DROPPED)).isZero();
  }

  @Test
  void mustRefuseWhatIsNoShare(Network network) {
    assertThatIllegalArgumentException().isThrownBy(() -> network.dropSynRandomly(101));
    assertThatIllegalArgumentException().isThrownBy(() -> network.dropSynAckRandomly(-1));
  }
}
