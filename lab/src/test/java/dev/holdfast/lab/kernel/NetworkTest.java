package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static dev.holdfast.lab.kernel.Sockets.pingInVain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a bare socket meets in the lab: the table of addresses and every fault. */
@KernelLab(servers = 2)
final class NetworkTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @ParameterizedTest
  @EnumSource
  void mustCarryUnderEveryAddress(Dial dial, Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(dial, redis)) {
      assertThat(ping(socket)).isEqualTo("+PONG");
      assertThat(network.conntrackEntries())
          .anyMatch(flow -> flow.state().equals("ESTABLISHED") && flow.left().toDays() >= 4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustAnswerAForgottenFlowAsItsAddressSays(Dial dial, Network network) throws IOException {
    RedisServer redis = network.redis();
    network.loose(false);
    try (Socket socket = connect(dial, redis)) {
      ping(socket);
      network.forgetAll();
      ThrowingCallable asks = dial == Dial.ROUTER ? () -> ping(socket) : () -> pingInVain(socket);
      assertThatThrownBy(asks)
          .isInstanceOf(dial == Dial.ROUTER ? SocketException.class : SocketTimeoutException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustResetUnknownFlowsUnderEveryAddress(Dial dial, Network network) throws IOException {
    RedisServer redis = network.redis();
    network.loose(false).resetUnknownFlows();
    try (Socket socket = connect(dial, redis)) {
      assertThat(ping(socket)).isEqualTo("+PONG");
      network.forgetAll();
      assertThatThrownBy(() -> ping(socket))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThat(network.count(RouterCounter.UNKNOWN_RESET)).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustPickUpAFlowWhenLoose(Dial dial, Network network) throws IOException {
    RedisServer redis = network.redis();
    network.loose(true);
    try (Socket socket = connect(dial, redis)) {
      ping(socket);
      network.forgetAll();
      assertThat(ping(socket)).isEqualTo("+PONG");
    }
  }

  @Test
  void mustForgetAtTheIdleLimit(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.loose(false).idleLimit(Duration.ofSeconds(1));
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      Await.until("forgotten", SOON, () -> network.conntrackEntries().isEmpty());
      assertThatThrownBy(() -> pingInVain(socket)).isInstanceOf(SocketTimeoutException.class);
      assertThat(network.count(RouterCounter.INVALID)).isPositive();
    }
  }

  @Test
  void mustCarryAgainWhatABlackHoleHeldUp(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      network.blackhole();
      assertThatThrownBy(() -> pingInVain(socket)).isInstanceOf(SocketTimeoutException.class);
      assertThat(network.count(RouterCounter.BLACKHOLED)).isPositive();
      network.heal();
      assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void mustLoseTheServersFin(Network network) throws IOException {
    RedisServer redis = network.redis();
    KernelCounters before = network.serverKernel(0);
    network.dropServerFin();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      Await.until(
          "the FIN is lost", SOON, () -> network.count(RouterCounter.SERVER_FIN_DROPPED) > 0);
      assertThatThrownBy(() -> ping(socket)).isInstanceOf(SocketException.class);
      assertThat(network.serverKernel(0).get("TcpExt.TCPAbortOnData"))
          .isEqualTo(before.get("TcpExt.TCPAbortOnData") + 1);
    }
  }

  @Test
  void mustLoseTheSynOfARangeOfPorts(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.dropSyn(20_000, 20_009);
    assertThatThrownBy(() -> connect(Dial.ROUTED, redis, 20_009))
        .isInstanceOf(SocketTimeoutException.class);
    connect(Dial.ROUTED, redis, 20_010).close();
    assertThat(network.count(RouterCounter.SYN_DROPPED)).isPositive();
  }

  @Test
  void mustSendConnectsToTheServersInTurn(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.balance();
    int refused = 0;
    for (int i = 0; i < 10; i++) {
      try (Socket socket = connect(Dial.VIRTUAL, redis)) {
        assertThat(ping(socket)).isEqualTo("+PONG");
      } catch (ConnectException nothingListensOnTheSecond) {
        refused++;
      }
    }
    assertThat(refused).isEqualTo(5);
  }

  /** The state still reads ESTABLISHED; only the time left tells the class. */
  @Test
  void mustKeepAFlowInTheUnacknowledgedClass(Network network) throws IOException {
    RedisServer redis = network.redis(builder -> builder.idleTimeout(Duration.ofSeconds(2)));
    network.idleLimit(Duration.ofSeconds(60)).unacknowledgedLimit(Duration.ofSeconds(2));
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      assertThat(network.conntrackEntries())
          .singleElement()
          .matches(flow -> flow.state().equals("ESTABLISHED"))
          .matches(flow -> flow.left().toSeconds() <= 2);
      Await.until(
          "the server's FIN is invalid",
          SOON,
          () -> network.count(RouterCounter.SERVER_FIN_INVALID) > 0);
      assertThatThrownBy(() -> ping(socket)).isInstanceOf(SocketException.class);
    }
  }

  /** The kernel's first retransmissions are lost too; a later one gets through. */
  @Test
  void mustMuteTheClientForAWhile(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      socket.setSoTimeout((int) SOON.toMillis());
      assertThat(ping(socket)).isEqualTo("+PONG");
      network.muteClientFor(Duration.ofSeconds(1));
      assertThat(ping(socket)).isEqualTo("+PONG");
      assertThat(network.count(RouterCounter.BLACKHOLED)).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void mustDropUnknownFlowsSilentlyAgain(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.loose(false).resetUnknownFlows().dropUnknownFlows();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      network.forgetAll();
      assertThatThrownBy(() -> pingInVain(socket)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void mustLoseAllPacketsOfAShareOfAll(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      network.loseRandomly(100);
      assertThatThrownBy(() -> pingInVain(socket)).isInstanceOf(SocketTimeoutException.class);
      assertThat(network.count(RouterCounter.BLACKHOLED)).isPositive();
    }
  }
}
