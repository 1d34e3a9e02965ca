package dev.holdfast.internal.dial;

import dev.holdfast.dial.ForeignReplyException;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.PortsExhaustedException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connect of one channel, over all its dials: admission, the caller's promise and timeout, what
 * it may still spend, and the report. Confined to the channel's event loop.
 */
final class ConnectAttempt implements GateVisit.Caller {

  private final SharedDials shared;
  private final ChannelHandlerContext ctx;
  private final InetSocketAddress remote;
  private final @Nullable SocketAddress local;
  private final ChannelPromise promise;
  private final Deregistration deregistration;
  private final long timeoutMillis;
  private final long began = System.nanoTime();

  private final DialTally tally;
  private final GateVisit visit;
  private final ChannelFutureListener onClose = done -> closed();

  private @Nullable Dialling dialling;
  private @Nullable Future<?> timer;
  private boolean ended;
  private @Nullable SocketAddress source;
  private boolean givenUp;
  private long winnerRtt = -1;
  private long waitsSince = -1;

  ConnectAttempt(
      SharedDials shared,
      ChannelHandlerContext ctx,
      InetSocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise,
      Deregistration deregistration) {
    this.shared = shared;
    this.ctx = ctx;
    this.remote = remote;
    this.local = local;
    this.promise = promise;
    this.deregistration = deregistration;
    this.timeoutMillis = ctx.channel().config().getConnectTimeoutMillis();
    this.tally = shared.tally(remote, TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
    this.visit = new GateVisit(shared.gate(), remote, ctx.executor(), this);
    promise.addListener(done -> settle());
    ctx.channel().closeFuture().addListener(onClose);
  }

  ChannelHandlerContext ctx() {
    return ctx;
  }

  InetSocketAddress remote() {
    return remote;
  }

  Deregistration deregistration() {
    return deregistration;
  }

  boolean ended() {
    return ended;
  }

  /** Asks the gate, and dials once it lets the connect pass. */
  void begin() {
    visit.enter(DiscoveryDial.is(ctx.channel()));
  }

  @Override
  public void admitted() {
    endWait();
    if (dialling == null) {
      Dialling chosen = choose();
      dialling = chosen;
      shared.begins();
      chosen.start();
    } else {
      dialling.dial();
    }
  }

  @Override
  public void waits() {
    endWait();
    waitsSince = elapsed();
    armTimeout();
  }

  private void endWait() {
    if (waitsSince >= 0) {
      tally.waited(elapsed() - waitsSince);
      waitsSince = -1;
    }
  }

  @Override
  public void refused(IOException cause) {
    if (left() == 0) {
      timedOut();
    } else {
      fail(cause);
    }
  }

  /**
   * A loop that ends closes the channels it polls; on its deregistration this one is not polled.
   */
  @Override
  public void stranded() {
    closedUnsaid();
    ctx.channel().unsafe().closeForcibly();
  }

  /**
   * Takes over a dial for which the kernel had no source port; it is made again, or the connect
   * fails, as the gate says.
   *
   * @return false if that is not why the dial failed
   */
  boolean portless(Throwable failure) {
    boolean mine = !ended && portIsFree() && SourcePorts.lacking(failure, source);
    if (mine) {
      visit.exhausted();
    }
    return mine;
  }

  /** The same where the channel cannot dial again: what the caller is to be told. */
  Throwable portlessForGood(Throwable failure) {
    boolean mine = !ended && portIsFree() && SourcePorts.lacking(failure, source);
    return mine ? visit.exhaustedForGood(failure) : failure;
  }

  /** Whether the port is the kernel's to choose. */
  private boolean portIsFree() {
    return local == null || (local instanceof InetSocketAddress to && to.getPort() == 0);
  }

  private Dialling choose() {
    Channel channel = ctx.channel();
    if (channel.localAddress() == null && portIsFree()) {
      if (channel instanceof EpollSocketChannel epoll && !epoll.config().isTcpFastOpenConnect()) {
        if (local != null || !shared.settings().sourceAddresses().isEmpty()) {
          // or bind would take a port for every destination
          epoll.config().setIpBindAddressNoPort(true);
        }
        return shared.balanced()
            ? new ProvenDialling(this, epoll)
            : new SameSocketDialling(this, epoll);
      }
      if (channel instanceof AdoptingSocketChannel adopting) {
        return new HedgedDialling(this, adopting);
      }
    }
    return new SameSocketDialling(this, null);
  }

  /** What a server on a balanced path must answer first; null if nothing is asked. */
  @Nullable FirstReply firstReply() {
    boolean tls = ctx.pipeline().get(SslHandler.class) != null;
    return shared.balanced() && !tls ? shared.settings().firstReply() : null;
  }

  /** Where the next dial starts: the user's address, or the next in turn; null for any. */
  @Nullable SocketAddress source() {
    if (local != null) {
      source = local;
    } else {
      InetAddress next = shared.source(remote);
      source = next == null ? null : new InetSocketAddress(next, 0);
    }
    return source;
  }

  DialTally tally() {
    return tally;
  }

  private long elapsed() {
    return System.nanoTime() - began;
  }

  /** How long the latest dial is left alone; empty if it is the last. */
  OptionalLong silence() {
    return tally.silence(elapsed());
  }

  /** Takes leave to dial once more. */
  boolean redial(RedialReason reason) {
    if (reason == RedialReason.SILENCE && !ended) {
      visit.silent();
    }
    return !ended && tally.redial(reason, elapsed());
  }

  /** The same after a dial that failed, if another server may be reached. */
  boolean redialTurnedAway(Throwable failure) {
    RedialReason why = tally.turnedAway(failure);
    return why != null && redial(why);
  }

  /** The same after a server that hung up in place of an answer, and to ask the next one too. */
  boolean redialAfterHangUp() {
    return !ended && tally.redialAfterHangUp();
  }

  /** What is left of the user's timeout. */
  @Override
  public long left() {
    return timeoutMillis == 0
        ? Long.MAX_VALUE
        : Math.max(0, TimeUnit.MILLISECONDS.toNanos(timeoutMillis) - elapsed());
  }

  /** The user's timeout over all dials, where Netty's own timer does not measure it. */
  void armTimeout() {
    if (timer == null && timeoutMillis > 0) {
      timer = ctx.executor().schedule(this::timedOut, left(), TimeUnit.NANOSECONDS);
    }
  }

  private void timedOut() {
    fail(
        new ConnectTimeoutException(
            "connection timed out after " + timeoutMillis + " ms: " + remote));
  }

  /**
   * The connection is up.
   *
   * @param rttNanos the round trip of its dial, negative if unknown
   */
  void connected(long rttNanos) {
    winnerRtt = rttNanos;
    if (!promise.trySuccess()) {
      ctx.close(); // cancelled meanwhile
    }
  }

  /** The transport failed the channel's own dial and deals with the channel itself. */
  void failed(Throwable cause) {
    promise.tryFailure(cause);
  }

  /** Ends the connect. */
  void fail(Throwable cause) {
    stop(
        () -> {
          promise.tryFailure(cause);
          ctx.close();
        });
  }

  /** The channel is being closed by its owner. */
  void closing(Runnable close) {
    visit.closedHere(ctx.channel());
    givenUp |= !promise.isDone();
    stop(
        () -> {
          close.run();
          promise.tryFailure(new ClosedChannelException());
        });
  }

  /** The kernel has reported an error. */
  void broken() {
    visit.broken();
  }

  /** The handler that dials is removed: nobody will say who closes. */
  void unobserved() {
    if (promise.isDone()) {
      visit.unobserved();
    } else {
      givenUp = true;
      fail(new ConnectException("the handler that dials " + remote + " was removed"));
    }
  }

  /** A transport that failed the connect closes the channel first, and then says why. */
  private void closed() {
    if (promise.isDone()) {
      return;
    }
    try {
      ctx.executor().execute(this::closedUnsaid);
    } catch (RejectedExecutionException loopHasEnded) {
      closedUnsaid();
    }
  }

  private void closedUnsaid() {
    if (!promise.isDone()) {
      givenUp = true;
      promise.tryFailure(new ClosedChannelException());
    }
  }

  private void stop(Runnable then) {
    boolean running = !ended;
    ended = true;
    if (running && dialling != null) {
      dialling.stop(then);
    } else {
      deregistration.comeBack(then);
    }
  }

  private void settle() {
    if (timer != null) {
      timer.cancel(false);
    }
    if (promise.isCancelled()) {
      stop(ctx::close);
    }
    ended = true;
    endWait();
    ctx.channel().closeFuture().removeListener(onClose);
    Throwable cause = promise.cause();
    ConnectOutcome outcome = outcome(cause);
    if (cause == null) {
      tally.succeeded();
      shared.learn(remote, winnerRtt);
      OpenConnection open = visit.connected();
      ctx.channel().closeFuture().addListener(open);
      ((RedialHandler) ctx.handler()).connected(open);
    } else if (outcome == ConnectOutcome.CANCELLED) {
      visit.givenUp();
    } else {
      visit.failed(cause);
    }
    shared.report(tally.report(remote, outcome, elapsed(), winnerRtt));
  }

  private ConnectOutcome outcome(@Nullable Throwable cause) {
    if (cause == null) {
      return ConnectOutcome.CONNECTED;
    }
    if (promise.isCancelled() || givenUp) {
      return ConnectOutcome.CANCELLED;
    }
    if (cause instanceof PortsExhaustedException) {
      return ConnectOutcome.NO_LOCAL_PORT;
    }
    if (!visit.admitted() && !(cause instanceof ConnectTimeoutException)) {
      return ConnectOutcome.NOT_ADMITTED;
    }
    if (cause instanceof ForeignReplyException) {
      return ConnectOutcome.FOREIGN;
    }
    if (cause instanceof ConnectTimeoutException) {
      return ConnectOutcome.TIMED_OUT;
    }
    return ConnectOutcome.of(cause);
  }

  static boolean isRefusal(Throwable cause) {
    return ConnectOutcome.of(cause) == ConnectOutcome.REFUSED;
  }

  /** Whether a connection was over before anybody looked at it: accepted, and reset at once. */
  static boolean isHangUp(Throwable cause) {
    return ConnectOutcome.of(cause) == ConnectOutcome.HUNG_UP;
  }
}
