package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Segment.Flag.ACK;
import static dev.holdfast.lab.kernel.Segment.Flag.FIN;
import static dev.holdfast.lab.kernel.Segment.Flag.PSH;
import static dev.holdfast.lab.kernel.Segment.Flag.SYN;
import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.Socket;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A capture as evidence: all of it, in order, and where it was taken. */
@KernelLab
final class CaptureTest {

  @Test
  void mustKeepAWholeConnection(Network network) throws IOException {
    RedisServer redis = network.redis();
    Instant before = Instant.now();
    Capture capture = network.capture();
    int port;
    try (capture;
        Socket socket = connect(Dial.ROUTED, redis)) {
      port = socket.getLocalPort();
      ping(socket);
    }
    List<Segment> all = capture.segments();
    assertThat(all.subList(0, 3).stream().map(Segment::flags))
        .containsExactly(Set.of(SYN), Set.of(SYN, ACK), Set.of(ACK));
    Segment syn = all.get(0);
    assertThat(syn.source()).isEqualTo("10.77.1.2");
    assertThat(syn.sourcePort()).isEqualTo(port);
    assertThat(syn.destination()).isEqualTo(Dial.ROUTED.address());
    assertThat(syn.destinationPort()).isEqualTo(redis.port());
    assertThat(syn.time()).isBetween(before, Instant.now());
    assertThat(all.get(1).acknowledgement()).isEqualTo((syn.sequence() + 1) % (1L << 32));
    Segment request = all.get(3);
    assertThat(request.is(PSH, ACK)).isTrue();
    assertThat(request.payloadLength()).isEqualTo("PING\r\n".length());
    assertThat(all)
        .filteredOn(segment -> segment.payloadLength() > 0)
        .last()
        .matches(reply -> reply.payloadLength() == "+PONG\r\n".length());
    assertThat(all).anyMatch(segment -> segment.is(FIN, ACK) && segment.sourcePort() == port);
  }

  /** What is sent in the last moment is still in it. */
  @Test
  void mustMissNothingBeforeItsEnd(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      Capture capture = network.capture();
      for (int i = 0; i < 500; i++) {
        ping(socket);
      }
      capture.close();
      ping(socket);
      assertThat(capture.segments())
          .filteredOn(segment -> segment.payloadLength() > 0)
          .hasSize(2 * 500);
    }
  }

  @Test
  void mustTellWhatArrivedFromWhatWasSent(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Capture sent = network.capture();
        Capture arrived = network.captureAtServer(0)) {
      network.dropSyn(20_000, 20_000);
      try (Socket lost = connect(Dial.ROUTED, redis, 20_000)) {
        throw new AssertionError("connected: " + lost);
      } catch (IOException expected) {
        // its SYN is lost in the router
      }
      connect(Dial.ROUTER, redis).close();
      sent.close();
      arrived.close();
      assertThat(sent.segments()).anyMatch(segment -> segment.sourcePort() == 20_000);
      assertThat(arrived.segments())
          .noneMatch(segment -> segment.sourcePort() == 20_000)
          .allMatch(
              segment ->
                  Set.of(segment.source(), segment.destination())
                      .equals(Set.of("10.77.10.1", "10.77.10.2")))
          .isNotEmpty();
    }
  }
}
