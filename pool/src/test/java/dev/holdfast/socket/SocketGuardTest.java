package dev.holdfast.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.socket.AddressMemory;
import dev.holdfast.internal.socket.Caller;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.GuardedSocket;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.wire.WireSnapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guarded socket beside a plain one. */
@Timeout(60)
final class SocketGuardTest {

  private static final ConnectionPlan PLAN =
      NetworkPath.to(ServerLimits.withIdleTimeout("peer", Duration.ofSeconds(60))).plan();

  /** It dates what it heard by its ticks, of ten milliseconds at most. */
  private static final long KERNELS_ROUNDING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SocketGuard guard = SocketGuard.custom(PLAN).meterRegistry(meters).build();
  private final List<ConnectionEnd> ends = new CopyOnWriteArrayList<>();
  private final List<ConnectReport> connects = new CopyOnWriteArrayList<>();
  private LinePeer peer;

  @BeforeEach
  void start() throws IOException {
    peer = new LinePeer();
    guard.onEnd(ends::add);
    guard.onConnect(connects::add);
  }

  @AfterEach
  void stop() throws IOException {
    guard.close();
    peer.close();
  }

  private SocketFactory guarded() {
    return guard.socketFactory();
  }

  private Socket connected() throws IOException {
    Socket socket = guarded().createSocket();
    socket.connect(peer.address(), 5_000);
    return socket;
  }

  private static String call(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    return String.valueOf(
        new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
            .readLine());
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void mustBeASocketAsAnyOther() throws IOException {
    try (Socket socket = guarded().createSocket()) {
      assertThat(socket.isConnected()).isFalse();
      assertThat(socket.isBound()).isFalse();
      socket.setSoTimeout(3_000);
      socket.setTcpNoDelay(true);
      socket.setReceiveBufferSize(32_768);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      socket.connect(peer.address());
      assertThat(socket.isConnected()).isTrue();
      assertThat(socket.getSoTimeout()).isEqualTo(3_000);
      assertThat(socket.getTcpNoDelay()).isTrue();
      assertThat(socket.getPort()).isEqualTo(peer.address().getPort());
      assertThat(socket.getInetAddress()).isEqualTo(peer.address().getAddress());
      assertThat(socket.getLocalPort()).isPositive();
      assertThat(call(socket, "one")).isEqualTo("one");
      socket.shutdownOutput();
      assertThat(socket.isOutputShutdown()).isTrue();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      socket.close();
      assertThat(socket.isClosed()).isTrue();
      assertThatThrownBy(socket::getInputStream).isInstanceOf(SocketException.class);
    }
    assertThat(ends).isEmpty();
    assertThat(connects).extracting(ConnectReport::outcome).contains(ConnectOutcome.CONNECTED);
  }

  @Test
  void mustFailAsAPlainSocketDoes() throws IOException {
    for (SocketFactory factory : List.of(SocketFactory.getDefault(), guarded())) {
      try (Socket socket = factory.createSocket();
          Socket closed = factory.createSocket()) {
        assertThatThrownBy(
                () -> socket.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
            .isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> socket.connect(peer.address(), -1))
            .isInstanceOf(IllegalArgumentException.class);
        closed.close();
        assertThatThrownBy(() -> closed.connect(peer.address()))
            .isInstanceOf(SocketException.class);
      }
    }
  }

  @Test
  void mustTellAPollFromALoss() throws IOException {
    Socket socket = connected();
    socket.setSoTimeout(20);
    assertThatThrownBy(() -> call(socket, "silence")).isInstanceOf(SocketTimeoutException.class);
    assertThat(ends).isEmpty();
    socket.setSoTimeout(5_000);
    assertThat(call(socket, "late")).isEqualTo("late");
    socket.close();
    assertThat(ends).isEmpty();
    Socket given = connected();
    given.setSoTimeout(20);
    assertThatThrownBy(() -> call(given, "silence")).isInstanceOf(SocketTimeoutException.class);
    given.close();
    assertThat(ends).extracting(ConnectionEnd::cause).containsExactly(Cause.REPLY_OVERDUE);
  }

  @Test
  void mustTellWhyItEnded() throws IOException {
    try (Socket socket = connected()) {
      assertThat(call(socket, "one")).isEqualTo("one");
      assertThatThrownBy(() -> call(socket, "reset")).isInstanceOf(SocketException.class);
      assertThat(socket.isClosed()).isFalse(); // as that of a plain one
    }
    assertThat(ends).extracting(ConnectionEnd::cause).containsExactly(Cause.PEER_RESET);
    assertThat(ends).extracting(ConnectionEnd::inFlight).containsExactly(true);
  }

  @Test
  void mustTellAnAnswersEndFromALoss() throws IOException {
    try (Socket socket = connected()) {
      assertThat(call(socket, "close")).isEqualTo("null");
    }
    assertThat(ends).extracting(ConnectionEnd::cause).containsExactly(Cause.PEER_CLOSED);
    try (Socket socket = connected()) {
      assertThat(call(socket, "one")).isEqualTo("one");
      peer.closeAll();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(ends).hasSize(1);
  }

  /** What a poll has not met before is no answer that a later call waits for in vain. */
  @Test
  void mustSeeNoLossInACallersCancel() throws IOException {
    Socket socket = connected();
    socket.setSoTimeout(20);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.getOutputStream().write("silence\n".getBytes(StandardCharsets.US_ASCII));
    socket.close();
    assertThat(ends).isEmpty();
  }

  @Test
  void mustSeeNoLossInAnEndThatTheCallerAskedFor() throws IOException {
    try (Socket socket = connected()) {
      socket.getOutputStream().write("silence\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      socket.shutdownInput();
      assertThat(in.read()).isEqualTo(-1);
    }
    try (Socket socket = connected()) {
      socket.getOutputStream().write("silence\n".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(ends).isEmpty();
  }

  @Test
  void mustNotTakeAReadOfNothingForAnAnswer() throws IOException {
    try (Socket socket = connected()) {
      socket.getOutputStream().write("close\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read(new byte[1], 0, 0)).isZero();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(ends).extracting(ConnectionEnd::cause).containsExactly(Cause.PEER_CLOSED);
  }

  /**
   * As the JDK does with its own: behind a collection, and here by the next connect at the latest.
   */
  @Test
  void mustCloseWhatWasDropped() throws IOException {
    for (SocketFactory factory : List.of(SocketFactory.getDefault(), guarded())) {
      int port = drop(factory);
      await(
          () -> {
            System.gc();
            drop(guarded());
            return peer.isHungUpOn(port);
          });
    }
    assertThat(ends).isEmpty();
  }

  /** Its own port. */
  private int drop(SocketFactory factory) {
    try {
      Socket socket = factory.createSocket();
      socket.connect(peer.address(), 5_000);
      assertThat(call(socket, "dropped")).isEqualTo("dropped");
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Whoever is first reads the settings that the last is to put back. */
  @Test
  void mustPutKeepAliveBackWhoeverElseProvesThePath() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try (Socket socket = connected()) {
      assertThat(call(socket, "one")).isEqualTo("one");
      int idleSeconds = socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE);
      for (int i = 0; i < 3; i++) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_100);
        await(() -> System.nanoTime() > until);
        CyclicBarrier together = new CyclicBarrier(8);
        List<Future<Boolean>> used = new ArrayList<>();
        for (int caller = 0; caller < 8; caller++) {
          used.add(
              callers.submit(
                  () -> {
                    together.await();
                    return guard.mayBeUsed(socket);
                  }));
        }
        for (Future<Boolean> one : used) {
          assertThat(one.get()).isTrue();
        }
        assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(idleSeconds);
      }
    } finally {
      callers.shutdownNow();
    }
  }

  /** The kernel asks nobody it has heard from within a second: it has the answer already. */
  @Test
  void mustTakeTheAnswerThatAnotherCallerWasGiven() throws Exception {
    try (GuardedSocket socket = (GuardedSocket) connected()) {
      assertThat(call(socket, "one")).isEqualTo("one");
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_100);
      await(() -> System.nanoTime() > until);
      List<Optional<Death>> other = new ArrayList<>();
      ReuseCheck.Input meanwhile =
          unasked(
              () -> {
                other.add(Optional.ofNullable(judge(socket, Caller.PATIENT)));
                long later = System.nanoTime() + KERNELS_ROUNDING_NANOS;
                await(() -> System.nanoTime() > later);
              });
      Death found = socket.judge(meanwhile, false, goneAfterLooks(40));
      assertThat(other).containsExactly(Optional.empty());
      assertThat(found).isNull();
      assertThat(proofs()).as("both were answered, and nobody gave up").isEqualTo(2);
    }
  }

  /** A close fails writes of which the kernel has taken all: what was offered may have gone. */
  @Test
  void mustTellWhatWasOfferedFromWhatWasTaken() throws Exception {
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        GuardedSocket socket = (GuardedSocket) guarded().createSocket()) {
      socket.connect(deaf.getLocalSocketAddress());
      OutputStream out = socket.getOutputStream();
      out.write(1);
      assertThat(socket.sentBytes()).isEqualTo(1);
      assertThat(socket.offeredBytes()).isEqualTo(1);
      byte[] moreThanFits = new byte[64 << 20];
      Future<?> write =
          writer.submit(
              () -> {
                out.write(moreThanFits);
                return null;
              });
      long all = 1L + moreThanFits.length;
      await(() -> socket.offeredBytes() == all);
      socket.giveUp(new Death(Cause.PATH_SILENT, "silent"));
      assertThatThrownBy(() -> write.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(SocketException.class);
      assertThatThrownBy(() -> out.write(1)).isInstanceOf(SocketException.class);
      assertThat(socket.sentBytes()).isEqualTo(1);
      assertThat(socket.offeredBytes()).isEqualTo(all);
    } finally {
      writer.shutdownNow();
    }
  }

  private static @Nullable Death judge(GuardedSocket socket, Caller caller) {
    return socket.judge(unasked(() -> {}), false, caller);
  }

  private double proofs() {
    return meters.get(HoldfastMeter.PROBES.meterName()).tag("result", "answered").counter().count();
  }

  private static Caller goneAfterLooks(int most) {
    return new Caller() {
      private int looks;

      @Override
      public long patienceNanos(Socket socket) {
        return Long.MAX_VALUE;
      }

      @Override
      public boolean isGone() {
        return looks++ >= most;
      }

      @Override
      public void isLate() {}
    };
  }

  /** Nothing is waiting in the socket, and something else happens while that is looked for. */
  private static ReuseCheck.Input unasked(Runnable meanwhile) {
    return new ReuseCheck.Input() {
      @Override
      public long taken() {
        return -1;
      }

      @Override
      public @Nullable Death unasked(WireSnapshot wire, long idleNanos) {
        meanwhile.run();
        return null;
      }
    };
  }

  @Test
  void mustLendWhatIsWell() throws IOException {
    try (Socket socket = connected()) {
      assertThat(guard.mayBeUsed(socket)).isTrue();
      for (int i = 0; i < 3; i++) {
        assertThat(call(socket, "line")).isEqualTo("line");
        assertThat(guard.mayBeUsed(socket)).isTrue();
      }
    }
    assertThat(ends).isEmpty();
  }

  @Test
  void mustRefuseWhatTheServerHasClosed() throws IOException {
    Socket socket = connected();
    assertThat(call(socket, "one")).isEqualTo("one");
    peer.closeAll();
    await(() -> !guard.mayBeUsed(socket));
    assertThat(ends).extracting(ConnectionEnd::cause).containsExactly(Cause.PEER_CLOSED);
    assertThat(ends).extracting(ConnectionEnd::inFlight).containsExactly(false);
    assertThat(guard.mayBeUsed(socket)).isFalse();
    assertThatThrownBy(() -> call(socket, "two")).isInstanceOf(SocketException.class);
    assertThat(peer.heard()).containsExactly("one");
  }

  @Test
  void mustRefuseWhatHoldsInputNobodyAskedFor() throws IOException {
    Socket socket = connected();
    assertThat(call(socket, "one")).isEqualTo("one");
    peer.farewell();
    await(() -> !guard.mayBeUsed(socket));
    assertThat(ends).extracting(ConnectionEnd::cause).containsExactly(Cause.UNSOLICITED_INPUT);
  }

  @Test
  void mustTryTheNextAddressOfAName() throws IOException {
    int refusing;
    try (ServerSocket closing = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      refusing = closing.getLocalPort();
    }
    GuardedSocket socket = (GuardedSocket) guarded().createSocket();
    AddressMemory memory = new AddressMemory();
    InetSocketAddress dead = new InetSocketAddress("127.0.0.2", refusing);
    socket.setSoTimeout(4_000);
    socket.connect(List.of(dead, peer.address()), memory, 0);
    assertThat(socket.getSoTimeout()).isEqualTo(4_000);
    assertThat(call(socket, "one")).isEqualTo("one");
    assertThat(memory.inOrder(List.of(dead, peer.address()))).containsExactly(peer.address(), dead);
    socket.close();
  }

  @Test
  void mustRefuseAsThePlainOneWhereNobodyListens() throws IOException {
    int port;
    try (ServerSocket closing = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.3"))) {
      port = closing.getLocalPort();
    }
    assertThatThrownBy(() -> guarded().createSocket("127.0.0.3", port))
        .isInstanceOf(ConnectException.class);
    assertThat(connects).extracting(ConnectReport::outcome).contains(ConnectOutcome.REFUSED);
  }

  @Test
  void mustSetWhatThePlanSays() throws IOException {
    try (Socket socket = connected()) {
      assertThat(call(socket, "one")).isEqualTo("one");
      assertThat(socket.getKeepAlive()).isEqualTo(PLAN.keepAlive().isPresent());
    }
  }

  @Test
  void mustTellItsHealth() throws IOException {
    assertThat(guard.health().installed()).isFalse();
    connected().close();
    assertThat(guard.health().well()).isTrue();
    assertThat(guard.client()).isEqualTo("java.net.Socket");
  }
}
