package dev.holdfast.internal.dial;

import dev.holdfast.dial.ForeignReplyException;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.internal.dial.FirstReply.Verdict;
import dev.holdfast.internal.gate.ServerRefusalException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Dials the channel's socket, on epoll, until a server is reached that answers in the right
 * protocol; only then does the transport connect. Netty closes a channel whose connect was refused,
 * or whose peer hangs up, in the same event that reports it, and no handler can prevent that; so
 * meanwhile the channel is on a {@link Deregistration} and its socket is looked at by timer, ever
 * less often. Once the handshake is complete the transport's own {@code connect} succeeds at once
 * (Linux {@code __inet_stream_connect}).
 */
final class ProvenDialling implements Dialling {

  private static final long SHORTEST_LOOK = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long LONGEST_LOOK = TimeUnit.MILLISECONDS.toNanos(5);

  /** A slower answer is left to the client to wait for, as a server may be slow. */
  static final long LONGEST_PROOF = TimeUnit.SECONDS.toNanos(1);

  private final ConnectAttempt attempt;
  private final EpollSocketChannel channel;
  private final Socket socket;
  private final ChannelPromise inner;

  private @Nullable FirstReply expected;
  private @Nullable ReplyReader reply;
  private @Nullable ScheduledFuture<?> look;
  private boolean stopped;
  private long since;
  private long due;
  private long rtt = -1;

  ProvenDialling(ConnectAttempt attempt, EpollSocketChannel channel) {
    this.attempt = attempt;
    this.channel = channel;
    this.socket = (Socket) channel.fd();
    this.inner = attempt.ctx().newPromise();
  }

  @Override
  public void start() {
    expected = attempt.firstReply();
    attempt.armTimeout();
    attempt.deregistration().leave(this::dial);
  }

  @Override
  public void dial() {
    releaseReply();
    try {
      SameSocketDialling.dialAgain(socket, attempt.source(), attempt.remote());
    } catch (IOException e) {
      if (attempt.portless(e)) {
        return;
      }
      attempt.tally().dialled();
      if (ConnectAttempt.isRefusal(e)) {
        turnedAway(named(e));
      } else {
        attempt.fail(e); // no route
      }
      return;
    }
    attempt.tally().dialled();
    OptionalLong silence = attempt.silence();
    waitFor(silence.orElse(Long.MAX_VALUE));
    lookSoon();
  }

  private void waitFor(long nanos) {
    since = System.nanoTime();
    due = nanos;
  }

  private long waited() {
    return System.nanoTime() - since;
  }

  private void lookSoon() {
    long delay = Math.max(SHORTEST_LOOK, Math.min(LONGEST_LOOK, waited() / 8));
    ScheduledFuture<?> next =
        attempt.ctx().executor().schedule(this::look, delay, TimeUnit.NANOSECONDS);
    look = next;
    next.addListener(done -> closeIfTheLoopEnds(next));
  }

  /** A loop that shuts down closes the channels it polls; this one it does not poll. */
  private void closeIfTheLoopEnds(ScheduledFuture<?> cancelled) {
    if (cancelled.isCancelled() && !stopped) {
      channel.unsafe().closeForcibly();
    }
  }

  private void look() {
    if (stopped || !channel.isOpen()) {
      return;
    }
    try {
      if (reply == null) {
        lookForAnswer();
      } else {
        lookForReply(reply);
      }
    } catch (IOException e) {
      attempt.fail(e);
    }
  }

  private void lookForAnswer() throws IOException {
    switch (TcpState.of(channel)) {
      case SYN_SENT -> {
        if (waited() >= due) {
          due = Long.MAX_VALUE;
          long synsRepeated = channel.tcpInfo().totalRetrans();
          if (attempt.redial(RedialReason.SILENCE)) {
            attempt.tally().synsRepeated(synsRepeated);
            dial();
            return;
          }
        }
        lookSoon();
      }
      case CLOSED -> {
        int errno = socket.getSoError();
        try {
          Errors.handleConnectErrno("connect", -errno);
        } catch (ConnectException e) {
          if (expected != null && ConnectAttempt.isHangUp(e)) {
            hungUp();
          } else {
            boolean refused = -errno == Errors.ERROR_ECONNREFUSED_NEGATIVE;
            turnedAway(refused ? named(e) : e);
          }
        }
      }
      case CONNECTED -> connected();
    }
  }

  private void turnedAway(ConnectException failure) {
    if (attempt.redialTurnedAway(failure)) {
      dial();
    } else {
      attempt.fail(failure);
    }
  }

  /** With the address, as Netty names it. */
  private ConnectException named(IOException refusal) {
    ConnectException named = new ConnectException(refusal.getMessage() + ": " + attempt.remote());
    named.initCause(refusal);
    return named;
  }

  private void connected() {
    rtt = SameSocketDialling.handshake(attempt, channel);
    if (expected == null) {
      handOver();
      return;
    }
    ByteBuf asked = expected.probe();
    ByteBuf probe = channel.alloc().directBuffer().writeBytes(asked);
    asked.release();
    try {
      ByteBuffer bytes = probe.internalNioBuffer(probe.readerIndex(), probe.readableBytes());
      socket.send(bytes, bytes.position(), bytes.limit()); // a fresh socket has room
    } catch (IOException e) {
      hungUp();
      return;
    } finally {
      probe.release();
    }
    reply = new ReplyReader(expected, channel.alloc());
    waitFor(Math.min(LONGEST_PROOF, attempt.left() / 2));
    lookSoon();
  }

  private void lookForReply(ReplyReader reader) {
    ByteBuf said = reader.buffer();
    int read;
    try {
      ByteBuffer room = said.internalNioBuffer(said.writerIndex(), said.writableBytes());
      read = socket.recv(room, room.position(), room.limit());
    } catch (IOException reset) {
      hungUp();
      return;
    }
    if (read < 0) {
      hungUp();
      return;
    }
    said.writerIndex(said.writerIndex() + read);
    Verdict verdict = reader.judge();
    if (verdict == Verdict.FOREIGN) {
      attempt.tally().foreign();
      if (attempt.redial(RedialReason.FOREIGN)) {
        dial();
      } else {
        attempt.fail(
            new ForeignReplyException(attempt.remote(), attempt.tally().dials(), reader.quote()));
      }
    } else if (verdict == Verdict.REFUSAL) {
      turnedAway(new ServerRefusalException(attempt.remote(), reader.quote()));
    } else if (verdict == Verdict.INCOMPLETE && waited() < due) {
      lookSoon();
    } else {
      handOver();
    }
  }

  /**
   * The last dial is not asked anything: a server that hangs up on the probe alone must serve the
   * client as it would without a guard.
   */
  private void hungUp() {
    attempt.tally().hungUp();
    if (!attempt.redialAfterHangUp()) {
      attempt.tally().redialAnyway();
      expected = null;
    }
    dial();
  }

  private void handOver() {
    stopped = true;
    if (reply != null) {
      ((RedialHandler) attempt.ctx().handler()).handOver(reply);
      reply = null;
    }
    inner.addListener(done -> handedOver());
    attempt.deregistration().comeBack(() -> attempt.ctx().connect(attempt.remote(), null, inner));
  }

  private void handedOver() {
    if (inner.isSuccess()) {
      attempt.connected(rtt);
    } else {
      attempt
          .tally()
          .turnedAway(inner.cause()); // the channel is on its loop, and cannot dial again
      attempt.fail(inner.cause());
    }
  }

  private void releaseReply() {
    if (reply != null) {
      reply.release();
      reply = null;
    }
  }

  @Override
  public void stop(Runnable then) {
    stopped = true;
    if (look != null) {
      look.cancel(false);
    }
    releaseReply();
    attempt.deregistration().comeBack(then);
  }
}
