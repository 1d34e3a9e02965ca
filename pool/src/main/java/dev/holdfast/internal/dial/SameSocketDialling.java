package dev.holdfast.internal.dial;

import dev.holdfast.dial.RedialReason;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The transport's own connect. On epoll its socket is dialled before it: a transport that finds no
 * source port closes the channel, but takes a dial under way ({@code EALREADY}) for its own. The
 * socket is dialled again while no answer comes. That takes three system calls in one turn of the
 * event loop, so epoll reports nothing in between: {@code connect(AF_UNSPEC)} abandons the dial,
 * {@code SO_ERROR} is read away, {@code connect} picks another port (measured on Linux 6.18).
 * Socket options survive, and Netty's timeout runs on. The port that the channel's {@code
 * localAddress} names stays the first one.
 */
final class SameSocketDialling implements Dialling {

  private final ConnectAttempt attempt;
  private final @Nullable EpollSocketChannel channel;
  private final ChannelPromise inner;
  private @Nullable Future<?> timer;

  /**
   * @param channel null for a single dial
   */
  SameSocketDialling(ConnectAttempt attempt, @Nullable EpollSocketChannel channel) {
    this.attempt = attempt;
    this.channel = channel;
    this.inner = attempt.ctx().newPromise();
  }

  @Override
  public void start() {
    inner.addListener(done -> ended());
    dial();
  }

  @Override
  public void dial() {
    SocketAddress source = attempt.source();
    if (channel == null) {
      attempt.tally().dialled();
      attempt.ctx().connect(attempt.remote(), source, inner);
      return;
    }
    try {
      dialAgain((Socket) channel.fd(), source, attempt.remote());
      source = null; // bound
    } catch (IOException e) {
      if (attempt.portless(e)) {
        return;
      }
      // The transport meets the same error again, and reports it as the client knows it.
    }
    attempt.tally().dialled();
    attempt.ctx().connect(attempt.remote(), source, inner);
    if (!inner.isDone()) {
      scheduleRedial(channel);
    }
  }

  private void scheduleRedial(EpollSocketChannel socket) {
    OptionalLong wait = attempt.silence();
    if (wait.isPresent()) {
      timer =
          attempt
              .ctx()
              .executor()
              .schedule(() -> redial(socket), wait.getAsLong(), TimeUnit.NANOSECONDS);
    }
  }

  private void redial(EpollSocketChannel socket) {
    if (inner.isDone() || !socket.isOpen() || TcpState.of(socket) != TcpState.SYN_SENT) {
      return; // answered: the event waits its turn
    }
    long synsRepeated = socket.tcpInfo().totalRetrans();
    if (!attempt.redial(RedialReason.SILENCE)) {
      return;
    }
    attempt.tally().synsRepeated(synsRepeated);
    try {
      dialAgain((Socket) socket.fd(), attempt.source(), attempt.remote());
    } catch (IOException e) {
      // The port just given up was taken by another, and the transport would poll a dead socket.
      inner.tryFailure(e);
      attempt.ctx().close();
      return;
    }
    attempt.tally().dialled();
    scheduleRedial(socket);
  }

  static void dialAgain(Socket socket, @Nullable SocketAddress source, InetSocketAddress remote)
      throws IOException {
    socket.disconnect();
    socket.getSoError();
    if (source != null) {
      socket.bind(source);
    }
    socket.connect(remote);
  }

  private void ended() {
    if (timer != null) {
      timer.cancel(false);
    }
    if (inner.isSuccess()) {
      attempt.connected(rtt());
    } else {
      attempt.tally().turnedAway(inner.cause());
      attempt.failed(attempt.portlessForGood(inner.cause()));
    }
  }

  private long rtt() {
    return channel == null ? -1 : handshake(attempt, channel);
  }

  /** Reads the round trip of a handshake just done; unknown if the SYN was sent more than once. */
  static long handshake(ConnectAttempt attempt, EpollSocketChannel channel) {
    try {
      EpollTcpInfo info = channel.tcpInfo();
      attempt.tally().synsRepeated(info.totalRetrans());
      return info.totalRetrans() == 0 ? TimeUnit.MICROSECONDS.toNanos(info.rtt()) : -1;
    } catch (ChannelException alreadyClosed) {
      return -1;
    }
  }

  @Override
  public void stop(Runnable then) {
    if (timer != null) {
      timer.cancel(false);
    }
    then.run();
  }
}
