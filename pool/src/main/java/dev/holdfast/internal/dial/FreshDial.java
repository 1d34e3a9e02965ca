package dev.holdfast.internal.dial;

import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.Permit;
import dev.holdfast.internal.dial.FirstReply.Verdict;
import dev.holdfast.internal.metrics.Guarded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is made to learn whether it is answered, and closed by RST then, so that its
 * port is free at once. A refusal is an answer: the path carried it. Looked at, never waited for.
 * Confined to the lock of its {@link EndpointOpinion}.
 */
final class FreshDial {

  private static final int ENOUGH = 1_024;

  private final SocketChannel channel;
  private final @Nullable FirstReply question;
  private final Permit permit;
  private final long beganNanos;

  private @Nullable ByteBuffer unsent;
  private @Nullable ReplyReader reply;
  private boolean connected;
  private boolean answered;
  private boolean failed;

  private FreshDial(
      SocketChannel channel, @Nullable FirstReply question, Permit permit, long beganNanos) {
    this.channel = channel;
    this.question = question;
    this.permit = permit;
    this.beganNanos = beganNanos;
  }

  /**
   * Sends the first SYN.
   *
   * @param local the address it is made from; null for the kernel's choice
   * @param question for the server; null if its kernel's answer will do
   * @param permit of the gate; it comes to its end here, whatever happens
   */
  static FreshDial to(
      InetSocketAddress remote,
      @Nullable InetAddress local,
      @Nullable FirstReply question,
      Permit permit,
      long nowNanos)
      throws IOException {
    SocketChannel channel = null;
    try {
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      if (local != null) {
        bind(channel, local, remote);
      }
      FreshDial dial = new FreshDial(channel, question, permit, nowNanos);
      dial.connect(remote);
      return dial;
    } catch (IOException | RuntimeException failure) {
      Guarded.run(GateVisit.GATE, () -> permit.closed(Closer.LOCAL));
      if (channel != null) {
        channel.close();
      }
      throw failure;
    }
  }

  /** A bound socket costs a port that other peers might use: not where the kernel does the same. */
  private static void bind(SocketChannel channel, InetAddress local, InetSocketAddress remote) {
    try {
      if (!local.equals(chosenFor(remote))) {
        channel.bind(new InetSocketAddress(local, 0));
      }
    } catch (IOException notOursAnyMore) {
      // a flow from an address that is gone is judged by another path rather than never
    }
  }

  /** What the kernel's routes make the source address; nothing is sent. */
  private static @Nullable InetAddress chosenFor(InetSocketAddress remote) throws IOException {
    try (DatagramChannel unsent = DatagramChannel.open()) {
      unsent.connect(remote);
      return unsent.getLocalAddress() instanceof InetSocketAddress own ? own.getAddress() : null;
    }
  }

  private void connect(InetSocketAddress remote) throws IOException {
    try {
      if (channel.connect(remote)) {
        connectDone();
      }
    } catch (ConnectException refused) {
      refused(refused);
    }
  }

  long beganNanos() {
    return beganNanos;
  }

  boolean connected() {
    return connected;
  }

  /** Whether it has failed in a way that says nothing of the path. */
  boolean failed() {
    return failed;
  }

  /** Looks whether the answer is there. */
  boolean answered() {
    if (!answered && !failed) {
      try {
        look();
      } catch (ConnectException refused) {
        refused(refused);
      } catch (IOException | RuntimeException broken) {
        answered = connected; // the server, or a hop in its place, has ended it
        failed = !connected;
      }
    }
    return answered;
  }

  private void look() throws IOException {
    if (!connected && channel.finishConnect()) {
      connectDone();
    }
    ReplyReader reader = reply;
    if (!connected || reader == null || answered) {
      return;
    }
    if (unsent != null && unsent.hasRemaining()) {
      channel.write(unsent);
    }
    ByteBuf said = reader.buffer();
    int read = said.writeBytes(channel, ENOUGH - said.readableBytes());
    answered = read < 0 || (read > 0 && reader.judge() != Verdict.INCOMPLETE);
  }

  private void connectDone() {
    connected = true;
    Guarded.run(GateVisit.GATE, permit::connected);
    if (question == null) {
      answered = true;
      return;
    }
    reply = new ReplyReader(question, UnpooledByteBufAllocator.DEFAULT);
    ByteBuf probe = question.probe();
    try {
      ByteBuffer bytes = ByteBuffer.allocate(probe.readableBytes());
      probe.readBytes(bytes);
      bytes.flip();
      unsent = bytes;
    } finally {
      probe.release();
    }
  }

  /** Java reports a timeout of the kernel's by the same class. */
  private void refused(ConnectException failure) {
    answered = ConnectOutcome.of(failure) == ConnectOutcome.REFUSED;
    failed = !answered;
  }

  void close() {
    ReplyReader reader = reply;
    reply = null;
    if (reader != null) {
      reader.release();
    }
    Guarded.run(GateVisit.GATE, () -> permit.closed(connected ? Closer.ABORT : Closer.LOCAL));
    try {
      if (connected) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException | RuntimeException alreadyClosed) {
      // then there is nothing to abort
    }
    try {
      channel.close();
    } catch (IOException closedAnyway) {
      // its descriptor is free
    }
  }
}
