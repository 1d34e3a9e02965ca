package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.dial.BlockingDialler.Dialled;
import dev.holdfast.internal.dial.BlockingDialler.Order;
import dev.holdfast.internal.gate.Worth;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories of connects in which each part that others supply misbehaves at each step: the
 * gate with its permits and turns, the listener, the transport or the caller's own dial, and the
 * caller, who cancels, closes, or asks whether he still wants it by throwing. Of every one: the
 * caller has an end, the listener hears it once, and nothing of the gate's stays booked once the
 * connection is closed.
 */
final class ConnectFaultsTest {

  private static final int CHANNELS = 40_000;
  private static final int THREADS = 40_000;
  private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 80);

  /** Hears of the end, and throws. */
  private static final class Heard implements ConnectListener {
    private final Random random;
    private final List<ConnectReport> ends = new ArrayList<>();

    Heard(Random random) {
      this.random = random;
    }

    private void mayThrow() {
      if (random.nextInt(3) == 0) {
        if (random.nextBoolean()) {
          throw new AssertionError("an error of the listener");
        }
        throw new IllegalStateException("thrown by the listener");
      }
    }

    @Override
    public void begins() {
      mayThrow();
    }

    @Override
    public void ended(ConnectReport report) {
      ends.add(report);
      mayThrow();
    }
  }

  @Test
  void mustEndEveryConnectOfAChannelAndKeepNothingBooked() {
    for (long seed = 1; seed <= CHANNELS; seed++) {
      try {
        channel(new Random(~seed));
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  /** Answers, refuses, throws, hangs, answers late, or finds no port. */
  private static final class Transport extends ChannelOutboundHandlerAdapter {
    private final Random random;
    private @Nullable ChannelPromise hanging;

    Transport(Random random) {
      this.random = random;
    }

    @Override
    public void connect(
        ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise dial) {
      switch (random.nextInt(7)) {
        case 0 -> dial.tryFailure(new ConnectException("Connection refused"));
        case 1 -> hanging = dial;
        case 2 -> throw new IllegalStateException("thrown by the transport");
        case 3 -> throw new AssertionError("an error of the transport");
        case 4 -> dial.tryFailure(new BindException("Cannot assign requested address"));
        default -> dial.trySuccess();
      }
    }

    void late() {
      ChannelPromise dial = hanging;
      hanging = null;
      if (dial != null && random.nextBoolean()) {
        dial.trySuccess();
        dial.trySuccess();
      } else if (dial != null) {
        dial.tryFailure(new ConnectException("Connection timed out"));
      }
    }
  }

  /** What reaches the client's end of the pipeline is not what is looked at. */
  private static final class Deaf extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // taken
    }
  }

  private static void channel(Random random) {
    FaultyGate gate = new FaultyGate(random);
    Heard heard = new Heard(random);
    Transport transport = new Transport(random);
    Redialler redialler = Redialler.of(RedialSettings.ofDefaults(), heard, gate);
    EmbeddedChannel channel = new EmbeddedChannel(transport, redialler.handler(), new Deaf());
    channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3_600_000);
    ChannelFuture connect = channel.connect(SERVER);
    for (int step = random.nextInt(6); step > 0; step--) {
      switch (random.nextInt(8)) {
        case 0 -> connect.cancel(false);
        case 1 -> channel.close();
        case 2 -> transport.late();
        case 3 -> channel.pipeline().fireExceptionCaught(new IOException("Connection reset"));
        case 4 -> channel.pipeline().fireUserEventTriggered(Worth.OF_NO_USE);
        default -> pass(channel, random.nextInt(2_000));
      }
    }
    pass(channel, 2 * 3_600_000);
    transport.late();
    pass(channel, 1);
    assertThat(connect.isDone()).as("ended by its deadline").isTrue();
    channel.close();
    channel.runPendingTasks();
    assertThat(heard.ends).hasSize(1);
    assertThat(gate.open()).isEmpty();
  }

  private static void pass(EmbeddedChannel channel, int millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  @Test
  void mustEndEveryConnectOfAThreadAndKeepNothingBooked() {
    for (long seed = 1; seed <= THREADS; seed++) {
      try {
        thread(new Random(~seed));
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(Thread.interrupted()).isFalse();
  }

  private static void thread(Random random) {
    FaultyGate gate = new FaultyGate(random);
    Heard heard = new Heard(random);
    BlockingDialler dialler =
        new BlockingDialler(
            new RedialSettings(6, random.nextBoolean(), null, List.of()), heard, gate);
    List<Permit> up = new ArrayList<>();
    boolean threw = false;
    try {
      dialler.connect(
          SERVER,
          random.nextInt(4) == 0 ? 1 : TimeUnit.HOURS.toNanos(1),
          random.nextInt(4) == 0,
          () -> wantsNoMore(random),
          order -> dial(random, order, up));
    } catch (IOException | RuntimeException | AssertionError thrown) {
      threw = true;
    }
    if (random.nextInt(50) == 0) {
      assertThat(Thread.interrupted()).isFalse();
    }
    assertThat(threw || !up.isEmpty()).isTrue();
    up.forEach(ConnectFaultsTest::closes); // as the client does with what was connected
    assertThat(heard.ends).hasSize(1);
    assertThat(gate.open()).isEmpty();
  }

  private static void closes(Permit permit) {
    try {
      permit.closed(Closer.LOCAL);
    } catch (IllegalStateException | AssertionError ofTheGate) {
      // which the clients guard against
    }
  }

  private static boolean wantsNoMore(Random random) {
    switch (random.nextInt(20)) {
      case 0 -> throw new IllegalStateException("thrown by the caller");
      case 1 -> throw new AssertionError("an error of the caller");
      default -> {
        return random.nextInt(10) == 0;
      }
    }
  }

  private static Dialled dial(Random random, Order order, List<Permit> up) throws IOException {
    boolean connects = random.nextInt(3) == 0;
    if (connects) {
      up.add(order.permit());
      order.connected().run();
    }
    switch (random.nextInt(8)) {
      case 0 -> throw new ConnectException("Connection refused");
      case 1 -> throw new BindException("Cannot assign requested address");
      case 2 -> throw new IllegalStateException("thrown by the dial");
      case 3 -> throw new AssertionError("an error of the dial");
      case 4 -> {
        if (!connects && order.silenceNanos().isPresent() && order.giveUp().getAsBoolean()) {
          throw new SilentDialException();
        }
        throw new IOException("Connection timed out");
      }
      default -> {
        if (!connects) {
          up.add(order.permit());
          order.connected().run();
        }
        return new Dialled(1_000_000, 0);
      }
    }
  }
}
