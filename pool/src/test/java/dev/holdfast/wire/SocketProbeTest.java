package dev.holdfast.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.path.KeepAlive;
import dev.holdfast.wire.WireProbe.KeepAliveSettings;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SocketProbeTest {

  private ServerSocket listener;
  private Socket client;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    assumeTrue(Epoll.isAvailable(), "no native epoll");
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    server = listener.accept();
  }

  @AfterEach
  void close() throws IOException {
    if (listener != null) {
      client.close();
      server.close();
      listener.close();
    }
  }

  private static WireSnapshot read(SocketProbe probe) {
    return probe.read(System.nanoTime());
  }

  @Test
  void mustReadTheKernelsViewOfAPlainSocket() throws IOException {
    SocketProbe probe = SocketProbe.of(client);
    assertThat(probe.source()).isEqualTo(WireSource.EPOLL);
    assertThat(read(probe).state()).isEqualTo(WireSnapshot.ESTABLISHED);
    server.close();
    assertThat(read(probe).state()).isEqualTo(WireSnapshot.CLOSE_WAIT);
  }

  /** On loopback a write has arrived when it returns. */
  @Test
  void mustTellWhatHasArrivedWhetherOrNotItWasRead() throws IOException {
    SocketProbe probe = SocketProbe.of(client);
    read(probe);
    assertThat(probe.received()).isZero();
    server.getOutputStream().write(new byte[5]);
    read(probe);
    assertThat(probe.received()).isEqualTo(5);
    assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
    read(probe);
    assertThat(probe.received()).isEqualTo(5);
    server.getOutputStream().write(1);
    read(probe);
    assertThat(probe.received()).as("unread").isEqualTo(6);
    probe.release();
    read(probe);
    assertThat(probe.received()).as("unknown").isZero();
  }

  @Test
  void mustReadTheTimesAtTheirPlacesInTheKernelsStruct() throws IOException {
    SocketProbe probe = SocketProbe.of(client);
    client.getOutputStream().write(1);
    WireSnapshot snapshot = read(probe);
    assertThat(snapshot.rttMicros()).isBetween(1L, 100_000L);
    assertThat(snapshot.baseRto()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(3));
    assertThat(snapshot.totalRetrans()).isZero();
    assertThat(snapshot.probes()).isZero();
  }

  @Test
  void mustSeeAResetThoughTheKernelHasForgottenThePeer() throws IOException {
    SocketProbe probe = SocketProbe.of(client);
    server.setSoLinger(true, 0);
    server.close();
    assertThat(WireJudge.idle(read(probe))).isInstanceOf(WireVerdict.Dead.class);
  }

  @Test
  void mustLeaveNoDelayAsItWas() throws IOException {
    client.setTcpNoDelay(false);
    SocketProbe.of(client);
    assertThat(client.getTcpNoDelay()).isFalse();
    server.setTcpNoDelay(true);
    SocketProbe.of(server);
    assertThat(server.getTcpNoDelay()).isTrue();
  }

  /** The descriptor is soon another's, and the lowest free one is taken first. */
  @Test
  void mustNeverAnswerForAnotherSocket() throws IOException {
    SocketProbe probe = SocketProbe.of(client);
    client.close();
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
      assertThat(SocketProbe.of(stranger).source()).isEqualTo(WireSource.EPOLL);
      assertThat(read(probe).source()).isEqualTo(WireSource.NONE);
      assertThat(probe.poke(3)).isFalse();
      probe.fill(new KeepAlive(Duration.ofSeconds(9), Duration.ofSeconds(9), 9), Duration.ZERO, 7);
      assertThat(stranger.getKeepAlive()).isFalse();
    }
  }

  @Test
  void mustSayNothingOnceReleased() {
    SocketProbe probe = SocketProbe.of(client);
    probe.release();
    assertThat(probe.source()).isEqualTo(WireSource.NONE);
    assertThat(read(probe).source()).isEqualTo(WireSource.NONE);
  }

  @Test
  void mustFillInKeepAliveOnlyWhereNobodySetIt() throws IOException {
    KeepAlive planned = new KeepAlive(Duration.ofSeconds(30), Duration.ofSeconds(5), 4);
    SocketProbe probe = SocketProbe.of(client);
    probe.fill(planned, Duration.ofSeconds(50), 7_200);
    assertThat(probe.keepAlive()).isEqualTo(new KeepAliveSettings(true, 30, 5, 4));
    probe.fill(
        new KeepAlive(Duration.ofSeconds(60), Duration.ofSeconds(6), 6),
        Duration.ofSeconds(9),
        7_200);
    assertThat(probe.keepAlive()).isEqualTo(new KeepAliveSettings(true, 30, 5, 4));
    server.setKeepAlive(true);
    SocketProbe other = SocketProbe.of(server);
    long hostIdle = other.keepAlive().idleSeconds();
    other.fill(planned, Duration.ZERO, hostIdle);
    assertThat(other.keepAlive()).isEqualTo(new KeepAliveSettings(true, 30, 5, 4));
  }

  @Test
  void mustPutTheSettingsBackAfterAPoke() {
    SocketProbe probe = SocketProbe.of(client);
    KeepAliveSettings before = probe.keepAlive();
    assertThat(probe.poke(3)).isTrue();
    assertThat(probe.keepAlive()).isEqualTo(new KeepAliveSettings(true, 1, 1, 3));
    probe.restore(before);
    assertThat(probe.keepAlive()).isEqualTo(before);
    assertThatThrownBy(() -> probe.poke(1)).isInstanceOf(IllegalArgumentException.class);
  }
}
