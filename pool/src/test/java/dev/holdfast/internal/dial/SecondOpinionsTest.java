package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.dial.FirstReply.Verdict;
import dev.holdfast.internal.wire.Opinion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fresh connections on real sockets: who counts as heard, how many are made, what stays behind. */
final class SecondOpinionsTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicInteger admitted = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger connected = new AtomicInteger();
  private final List<Closer> ends = new ArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private ServerSocket server;
  private InetSocketAddress address;

  private final class Booked implements Permit {
    @Override
    public void connected() {
      connected.incrementAndGet();
    }

    @Override
    public void failed(Throwable cause) {
      throw new AssertionError("it is nobody's connect", cause);
    }

    @Override
    public void closed(Closer who) {
      synchronized (ends) {
        ends.add(who);
      }
      open.decrementAndGet();
    }

    @Override
    public Admission exhausted() {
      throw new AssertionError("it does not ask for another port");
    }
  }

  private final ConnectGate gate =
      (remote, timeout) -> {
        admitted.incrementAndGet();
        open.incrementAndGet();
        return new Admission.Go(new Booked());
      };

  /** One byte is asked, one is the answer. */
  private static final FirstReply QUESTION =
      new FirstReply() {
        @Override
        public ByteBuf probe() {
          return Unpooled.copiedBuffer("?", StandardCharsets.US_ASCII);
        }

        @Override
        public Verdict check(ByteBuf firstBytes) {
          return Verdict.ANSWER;
        }
      };

  private final SecondOpinions opinions = new SecondOpinions(gate);

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    address = (InetSocketAddress) server.getLocalSocketAddress();
    opened.add(server);
  }

  @AfterEach
  void close() throws Exception {
    opinions.close();
    loop.shutdownNow();
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private Opinion ask(boolean ofServer, long since) {
    return opinions.ask(address, null, ofServer ? QUESTION : null, loop, since);
  }

  private Opinion.Answered answer(boolean ofServer, long since) {
    long began = System.nanoTime();
    while (System.nanoTime() - began < SOON.toNanos()) {
      if (ask(ofServer, since) instanceof Opinion.Answered answered) {
        return answered;
      }
      LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("not answered");
  }

  private void awaitNothingOpen() {
    long began = System.nanoTime();
    while (open.get() > 0 && System.nanoTime() - began < SOON.toNanos()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(open.get()).isZero();
  }

  /** From here on the kernel drops SYNs to it. */
  private void fill() throws IOException {
    for (int i = 0; i < 3; i++) {
      Socket one = new Socket();
      opened.add(one);
      try {
        one.connect(address, 300);
      } catch (IOException full) {
        return;
      }
    }
  }

  @Test
  void mustServeAllWhoAskByOneConnectionAndLeaveNoneOpen() {
    long since = System.nanoTime();
    Opinion.Answered first = answer(false, since);
    assertThat(first.atNanos()).isGreaterThanOrEqualTo(since);
    for (int i = 0; i < 50; i++) {
      assertThat(ask(false, since)).isEqualTo(first);
    }
    assertThat(admitted).hasValue(1);
    awaitNothingOpen();
    assertThat(ends).containsExactly(Closer.ABORT);
  }

  @Test
  void mustAskAgainWhereTheLatestAnswerIsOlderThanTheSilence() {
    Opinion.Answered first = answer(false, System.nanoTime());
    Opinion.Answered second = answer(false, System.nanoTime());
    assertThat(second.atNanos()).isGreaterThan(first.atNanos());
    assertThat(admitted).hasValue(2);
  }

  @Test
  void mustBeMadeFromTheFlowsOwnAddress() throws Exception {
    InetAddress users = InetAddress.getByName("127.0.0.77");
    long since = System.nanoTime();
    opinions.ask(address, new InetSocketAddress(users, 1), QUESTION, loop, since);
    try (Socket accepted = server.accept()) {
      assertThat(accepted.getInetAddress()).isEqualTo(users);
    }
    InetAddress gone = InetAddress.getByName("192.0.2.1");
    opinions.ask(address, new InetSocketAddress(gone, 1), QUESTION, loop, since);
    try (Socket accepted = server.accept()) {
      assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getLoopbackAddress());
    }
  }

  @Test
  void mustTakeARefusalForAnAnswer() throws IOException {
    server.close();
    answer(false, System.nanoTime());
    awaitNothingOpen();
    assertThat(connected).hasValue(0);
    assertThat(ends).containsExactly(Closer.LOCAL);
  }

  @Test
  void mustDialAgainWhileSomebodyAsksAndGiveUpWhenNobodyDoes() throws IOException {
    fill();
    long since = System.nanoTime();
    while (admitted.get() < 3 && System.nanoTime() - since < SOON.toNanos()) {
      assertThat(ask(false, since)).isInstanceOf(Opinion.Unanswered.class);
      assertThat(open.get()).as("one at a time").isLessThanOrEqualTo(1);
      LockSupport.parkNanos(20_000_000);
    }
    assertThat(admitted.get()).isGreaterThanOrEqualTo(3);
    awaitNothingOpen();
  }

  @Test
  void mustWaitForTheServersOwnWordWhereThatIsAskedFor() throws Exception {
    long since = System.nanoTime();
    assertThat(ask(true, since)).isInstanceOf(Opinion.Unanswered.class);
    try (Socket accepted = server.accept()) {
      assertThat(accepted.getInputStream().read()).isEqualTo('?');
      assertThat(ask(true, since)).isInstanceOf(Opinion.Unanswered.class);
      accepted.getOutputStream().write('!');
      assertThat(answer(true, since).took()).isPositive();
    }
    awaitNothingOpen();
    assertThat(admitted).hasValue(1);
    assertThat(ends).containsExactly(Closer.ABORT);
  }

  @Test
  void mustTakeAServerThatHangsUpForHeard() throws Exception {
    long since = System.nanoTime();
    assertThat(ask(true, since)).isInstanceOf(Opinion.Unanswered.class);
    server.accept().close();
    answer(true, since);
    awaitNothingOpen();
  }

  @Test
  void mustHoldNothingOnceItIsClosed() {
    long since = System.nanoTime();
    ask(true, since);
    opinions.close();
    awaitNothingOpen();
    assertThat(ask(true, since)).isInstanceOf(Opinion.Unanswered.class);
    assertThat(admitted).hasValue(1);
  }
}
