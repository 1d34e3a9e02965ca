package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.dial.BlockingDialler.Dial;
import dev.holdfast.internal.dial.BlockingDialler.Dialled;
import dev.holdfast.internal.dial.BlockingDialler.Order;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that connects by itself: what it dials, what it waits for, and what the gate hears. */
@Timeout(60)
final class BlockingDiallerTest {

  private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 80);
  private static final long TIMEOUT = Duration.ofSeconds(10).toNanos();
  private static final long UNKNOWN = 0;

  private final List<ConnectReport> reports = new ArrayList<>();
  private final List<Order> orders = new ArrayList<>();

  private BlockingDialler dialler(boolean balanced, ConnectGate gate) {
    RedialSettings settings =
        new RedialSettings(RedialSchedule.DEFAULT_REDIALS, balanced, null, List.of());
    return new BlockingDialler(settings, reports::add, gate);
  }

  private void connect(boolean balanced, ConnectGate gate, long timeoutNanos, Dial... dials)
      throws IOException {
    Deque<Dial> script = new ArrayDeque<>(List.of(dials));
    dialler(balanced, gate)
        .connect(
            SERVER,
            timeoutNanos,
            () -> false,
            order -> {
              orders.add(order);
              return script.remove().dial(order);
            });
  }

  private static Dialled answered(Order order) {
    order.connected().run();
    return new Dialled(1_000_000, 0);
  }

  private static Dialled refused(Order order) throws IOException {
    throw new ConnectException("Connection refused");
  }

  /** The handshake was done, and the connection reset before the thread looked. */
  private static Dialled reset(Order order) throws IOException {
    throw new SocketException("Connection reset");
  }

  private static Dialled unanswered(Order order) throws IOException {
    assertThat(order.giveUp().getAsBoolean()).isTrue();
    throw new SilentDialException();
  }

  private ConnectReport report() {
    assertThat(reports).hasSize(1);
    return reports.get(0);
  }

  private static void assertTold(ScriptedGate gate, String... events) throws InterruptedException {
    for (String event : events) {
      assertThat(gate.next()).isEqualTo(event);
    }
  }

  @Test
  void mustDialAnotherServerOfABalancerThatRefuses() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    connect(true, gate, TIMEOUT, BlockingDiallerTest::refused, BlockingDiallerTest::answered);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
    assertThat(report().dials()).isEqualTo(2);
    assertThat(report().refusals()).isEqualTo(1);
    assertThat(report().redials()).isEqualTo(Map.of(RedialReason.REFUSED, 1));
    assertTold(gate, "asked", "connected");
  }

  @Test
  void mustDialAnotherServerOfABalancerThatResets() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    connect(true, gate, TIMEOUT, BlockingDiallerTest::reset, BlockingDiallerTest::answered);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
    assertThat(report().hangUps()).isEqualTo(1);
    assertThat(report().redials()).isEqualTo(Map.of(RedialReason.HUNG_UP, 1));
    assertTold(gate, "asked", "connected");
  }

  @Test
  void mustGiveUpABalancerWhoseServersRefuseOrResetThreeTimes() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    assertThatThrownBy(
            () ->
                connect(
                    true,
                    gate,
                    TIMEOUT,
                    BlockingDiallerTest::refused,
                    BlockingDiallerTest::reset,
                    BlockingDiallerTest::reset))
        .hasMessage("Connection reset");
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.HUNG_UP);
    assertThat(report().dials()).isEqualTo(3);
    assertTold(gate, "asked", "failed");
  }

  @Test
  void mustNotDialTheOnlyServerAgainThatResets() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    assertThatThrownBy(() -> connect(false, gate, TIMEOUT, BlockingDiallerTest::reset))
        .hasMessage("Connection reset");
    assertThat(report().dials()).isEqualTo(1);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.HUNG_UP);
    assertTold(gate, "asked", "failed");
  }

  @Test
  void mustNotDialTheOnlyServerAgainThatRefuses() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    assertThatThrownBy(() -> connect(false, gate, TIMEOUT, BlockingDiallerTest::refused))
        .isInstanceOf(ConnectException.class);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.REFUSED);
    assertTold(gate, "asked", "failed");
  }

  @Test
  void mustGiveUpABalancerThatRefusesThreeTimes() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    assertThatThrownBy(
            () ->
                connect(
                    true,
                    gate,
                    TIMEOUT,
                    BlockingDiallerTest::refused,
                    BlockingDiallerTest::refused,
                    BlockingDiallerTest::refused))
        .isInstanceOf(ConnectException.class);
    assertThat(report().refusals()).isEqualTo(3);
    assertTold(gate, "asked", "failed");
  }

  @Test
  void mustNotDialAgainOnceTheTimeIsOver() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    assertThatThrownBy(() -> connect(true, gate, 1, BlockingDiallerTest::refused))
        .isInstanceOf(ConnectException.class);
    assertThat(report().dials()).isEqualTo(1);
    assertTold(gate, "asked", "failed");
  }

  @Test
  void mustDialAgainWhatNobodyAnswers() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    connect(false, gate, TIMEOUT, BlockingDiallerTest::unanswered, BlockingDiallerTest::answered);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
    assertThat(report().redials()).isEqualTo(Map.of(RedialReason.SILENCE, 1));
    assertThat(orders.get(0).silenceNanos()).isPresent();
    assertThat(orders.get(1).permit()).isSameAs(orders.get(0).permit());
    assertTold(gate, "asked", "connected");
  }

  @Test
  void mustWaitAtTheGateUntilItsTurnHasCome() throws Exception {
    ScriptedGate gate = new ScriptedGate(2, Duration.ofMillis(10));
    connect(false, gate, UNKNOWN, BlockingDiallerTest::answered);
    assertThat(report().waitedNanos()).isPositive();
    assertThat(orders.get(0).leftNanos()).as("without a timeout").isEqualTo(Long.MAX_VALUE);
    assertTold(gate, "asked", "again", "again", "connected");
  }

  /** The user's timeout holds for the gate as well. */
  @Test
  void mustTimeOutAtTheGateAndLeaveTheLine() throws Exception {
    ScriptedGate gate = ScriptedGate.shut();
    assertThatThrownBy(() -> connect(false, gate, Duration.ofMillis(60).toNanos()))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.TIMED_OUT);
    assertThat(report().dials()).isZero();
    assertTold(gate, "asked", "left");
  }

  @Test
  void mustHandTheDialWhatTheGateHasLeftOfTheTimeout() throws Exception {
    connect(
        false, new ScriptedGate(1, Duration.ofMillis(10)), TIMEOUT, BlockingDiallerTest::answered);
    assertThat(orders.get(0).leftNanos()).isPositive().isLessThan(TIMEOUT);
  }

  @Test
  void mustLeaveTheLineWhenItsThreadIsInterrupted() throws Exception {
    ScriptedGate gate = ScriptedGate.shut();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> connect(false, gate, UNKNOWN))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).as("still the thread's to know").isTrue();
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CANCELLED);
    assertTold(gate, "asked", "left");
  }

  /** An abort closes the socket under its dial, which tells nothing about the endpoint. */
  @Test
  void mustNotBookADialThatItsCallerGaveUpAsAFailedOne() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    BlockingDialler dialler = dialler(false, gate);
    AtomicBoolean gone = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                dialler.connect(
                    SERVER,
                    TIMEOUT,
                    gone::get,
                    order -> {
                      gone.set(true);
                      throw new SocketException("Socket closed");
                    }))
        .isInstanceOf(SocketException.class);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CANCELLED);
    assertTold(gate, "asked", "LOCAL");
  }

  @Test
  void mustLeaveTheLineWhenItsCallerIsGone() throws Exception {
    ScriptedGate gate = ScriptedGate.shut();
    BlockingDialler dialler = dialler(false, gate);
    assertThatThrownBy(
            () -> dialler.connect(SERVER, UNKNOWN, () -> true, BlockingDiallerTest::answered))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CANCELLED);
    assertTold(gate, "asked", "left");
  }

  @Test
  void mustNotDialWhatTheGateRefuses() {
    IOException down = new IOException("down");
    assertThatThrownBy(() -> connect(false, ScriptedGate.refusing(down), TIMEOUT)).isSameAs(down);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.NOT_ADMITTED);
    assertThat(report().dials()).isZero();
  }

  @Test
  void mustAskTheGateAgainWhenTheKernelHasNoPort() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    connect(
        false,
        gate,
        TIMEOUT,
        order -> {
          throw new BindException("Cannot assign requested address");
        },
        BlockingDiallerTest::answered);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
    assertTold(gate, "asked", "exhausted", "connected");
  }

  /**
   * What fails behind the handshake is no failed connect: the connection's owner ends its permit.
   */
  @Test
  void mustReportAConnectWhoseTlsFailsAsConnected() throws Exception {
    ScriptedGate gate = ScriptedGate.alwaysOpen();
    IOException certificate = new IOException("certificate");
    assertThatThrownBy(
            () ->
                connect(
                    true,
                    gate,
                    TIMEOUT,
                    order -> {
                      order.connected().run();
                      throw certificate;
                    }))
        .isSameAs(certificate);
    assertThat(report().outcome()).isEqualTo(ConnectOutcome.CONNECTED);
    orders.get(0).permit().closed(Closer.LOCAL);
    assertTold(gate, "asked", "connected", "LOCAL");
  }
}
