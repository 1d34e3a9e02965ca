package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.path.KeepAlive;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SocketProbeTest {

  /** {@code TCP_USER_TIMEOUT} and {@code TCP_RTO_MAX_MS} of Linux' headers. */
  private static final int USER_TIMEOUT = 18;

  private static final int RTO_MAX_MILLIS = 44;

  private static final int MOST_TRIES = 20;

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
    arrives(() -> read(probe).state() == WireSnapshot.CLOSE_WAIT);
  }

  /** On loopback as a rule when what has sent it returns; the kernel may be late. */
  private static void arrives(BooleanSupplier there) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime() - until).as("nanoseconds too late").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static long received(SocketProbe probe) {
    read(probe);
    return probe.received();
  }

  @Test
  void mustTellWhatHasArrivedWhetherOrNotItWasRead() throws IOException {
    SocketProbe probe = SocketProbe.of(client);
    read(probe);
    assertThat(probe.received()).isZero();
    server.getOutputStream().write(new byte[5]);
    arrives(() -> received(probe) == 5);
    assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
    read(probe);
    assertThat(probe.received()).isEqualTo(5);
    server.getOutputStream().write(1);
    arrives(() -> received(probe) == 6); // unread
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
    arrives(() -> WireJudge.idle(read(probe)) instanceof WireVerdict.Dead);
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

  /** As where a client's reactor dials all that a server has closed at once. */
  @Test
  void mustFindEachOfManySocketsThatWereMadeTogetherInHolesFarApart() throws IOException {
    List<SocketChannel> others = new ArrayList<>();
    List<SocketChannel> together = new ArrayList<>();
    try (ServerSocket many = new ServerSocket(0, 128, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 1_200; i++) {
        others.add(SocketChannel.open());
      }
      for (int i = 0; i < others.size(); i += 12) {
        others.get(i).close();
      }
      for (int i = 0; i < 96; i++) {
        together.add(SocketChannel.open(many.getLocalSocketAddress()));
      }
      assertThat(together)
          .allMatch(one -> SocketProbe.of(one.socket()).source() == WireSource.EPOLL);
    } finally {
      for (SocketChannel one : others) {
        one.close();
      }
      for (SocketChannel one : together) {
        one.close();
      }
    }
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

  /** Whatever is closed and opened between a check and a call. */
  @Test
  void mustNeverSetAnOptionOfAnotherSocketUnderConcurrentCloses() throws Exception {
    KeepAlive planned = new KeepAlive(Duration.ofSeconds(77), Duration.ofSeconds(7), 7);
    ExecutorService closer = Executors.newSingleThreadExecutor();
    try (ServerSocket many = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 150; i++) {
        Socket ours = new Socket(InetAddress.getLoopbackAddress(), many.getLocalPort());
        Socket accepted = many.accept();
        SocketProbe probe = SocketProbe.of(ours);
        Future<List<Socket>> strangers =
            closer.submit(
                () -> {
                  ours.close();
                  List<Socket> made = new ArrayList<>();
                  for (int j = 0; j < 3; j++) {
                    made.add(new Socket(InetAddress.getLoopbackAddress(), many.getLocalPort()));
                    made.add(many.accept());
                  }
                  return made;
                });
        for (int j = 0; j < 5; j++) {
          SocketProbe.of(ours);
          probe.fill(planned, Duration.ofSeconds(77), 7_200);
          probe.repeatSteadily();
          probe.poke(3);
          assertThat(read(probe).source()).isNotNull();
        }
        for (Socket stranger : strangers.get(10, TimeUnit.SECONDS)) {
          SocketProbe other = SocketProbe.of(stranger);
          assertThat(stranger.getTcpNoDelay()).isFalse();
          assertThat(other.keepAlive().enabled()).isFalse();
          assertThat(other.keepAlive().idleSeconds()).isNotIn(1, 77);
          stranger.close();
        }
        accepted.close();
      }
    } finally {
      closer.shutdown();
    }
  }

  @Test
  void mustSetTheUserTimeoutOfThatVerySocket() throws Exception {
    SocketProbe probe = SocketProbe.of(client);
    probe.fill(null, Duration.ofSeconds(50), 7_200);
    assertThat(handle().getIntOpt(6, USER_TIMEOUT)).isEqualTo(50_000);
  }

  /** Without a user timeout the number of repetitions ends a connection, so they stay as rare. */
  @Test
  void mustRepeatSoonOnlyWhereAUserTimeoutEndsTheConnection() throws Exception {
    int kernels = longestTimeout();
    SocketProbe probe = SocketProbe.of(client);
    probe.repeatWithin(Duration.ofSeconds(2));
    assertThat(longestTimeout()).isEqualTo(kernels);
    probe.fill(null, Duration.ofSeconds(50), 7_200);
    probe.repeatWithin(Duration.ofSeconds(2));
    assertThat(longestTimeout()).isEqualTo(2_000);
  }

  private int longestTimeout() throws IOException {
    try {
      return handle().getIntOpt(6, RTO_MAX_MILLIS);
    } catch (IOException unknown) {
      return abort("before Linux 6.15");
    }
  }

  private io.netty.channel.unix.Socket handle() throws IOException {
    return Objects.requireNonNull(
            DescriptorSearch.find(
                client.getLocalSocketAddress(), client.getRemoteSocketAddress(), -1))
        .handle();
  }

  /** A listener, and a connection whose peer is gone, have the same local port. */
  @Test
  void mustNotTakeAListenerForItsConnection() throws IOException {
    SocketProbe probe = SocketProbe.of(server);
    server.close();
    assertThat(read(probe).source()).isEqualTo(WireSource.NONE);
    assertThat(probe.poke(3)).isFalse();
  }

  /**
   * A thread of the JVM that opens or closes a file at that moment makes the likely number wrong.
   */
  private boolean foundByItsLikelyNumber(List<AutoCloseable> open) throws IOException {
    Socket late = new Socket();
    open.add(late);
    int likely = SocketProbe.create(late);
    boolean before = SocketProbe.isAnswered(likely);
    late.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
    open.add(listener.accept());
    assertThat(SocketProbe.of(late, likely).source()).isEqualTo(WireSource.EPOLL);
    assertThat(SocketProbe.of(late).source()).isEqualTo(WireSource.EPOLL);
    return !before && SocketProbe.isAnswered(likely);
  }

  @Test
  void mustTakeADescriptorThatIsNotOpenForUnanswered() {
    assertThat(SocketProbe.isAnswered(1_000_000)).isFalse();
  }

  /** The number of looks is bounded, so what many open descriptors cost is not measured by time. */
  @Test
  void mustFindASocketAmongManyOpenDescriptors() throws IOException {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      for (int i = 0; i < 2_000; i++) {
        open.add(Files.newInputStream(Path.of("/dev/null")));
      }
      int tries = 0;
      while (!foundByItsLikelyNumber(open)) {
        assertThat(++tries).as("wrong numbers in a row").isLessThan(MOST_TRIES);
      }
    } finally {
      for (AutoCloseable each : open) {
        try {
          each.close();
        } catch (Exception unheard) {
          // the next
        }
      }
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
