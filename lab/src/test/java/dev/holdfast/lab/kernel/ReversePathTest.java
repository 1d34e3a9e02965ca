package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asymmetric routes that an end refuses. */
@KernelLab
final class ReversePathTest {

  private static final String FILTERED = "TcpExt.IPReversePathFilter";

  @Test
  void mustLoseTheSynAtTheServer(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.server(0).filterReversePath();
    long atClient = network.clientKernel().get(FILTERED);
    assertThatThrownBy(() -> connect(Dial.ROUTED, redis))
        .isInstanceOf(SocketTimeoutException.class);
    // the SYN is sent again a second later if this JVM stood still
    assertThat(network.serverKernel(0).get(FILTERED)).isPositive();
    assertThat(network.clientKernel().get(FILTERED)).isEqualTo(atClient);
    assertThat(network.conntrackEntries())
        .singleElement()
        .matches(flow -> flow.state().equals("SYN_SENT"));
    // its reverse path is the router itself
    try (Socket translated = connect(Dial.VIRTUAL, redis)) {
      assertThat(ping(translated)).isEqualTo("+PONG");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustLoseTheSynAckAtTheClient(Dial dial, Network network) {
    RedisServer redis = network.redis();
    network.client().filterReversePath();
    long before = network.clientKernel().get(FILTERED);
    assertThatThrownBy(() -> connect(dial, redis)).isInstanceOf(SocketTimeoutException.class);
    assertThat(network.clientKernel().get(FILTERED)).isGreaterThan(before);
    assertThat(network.serverKernel(0).get(FILTERED)).isZero();
    assertThat(network.conntrackEntries())
        .singleElement()
        .matches(flow -> flow.state().equals("SYN_RECV"));
  }
}
