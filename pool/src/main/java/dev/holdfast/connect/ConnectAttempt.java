package dev.holdfast.connect;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connect of one channel, over all its dials: admission, the caller's promise and timeout, what
 * it may still spend, and the report. Confined to the channel's event loop.
 */
final class ConnectAttempt {

  /** Servers of one balancer taken in turn: two more dials pass two dead ones. */
  private static final int MOST_REFUSED = 2;

  private static final int MOST_FOREIGN = 4;

  private final Redialler shared;
  private final ChannelHandlerContext ctx;
  private final InetSocketAddress remote;
  private final @Nullable SocketAddress local;
  private final ChannelPromise promise;
  private final Detour detour;
  private final long timeoutMillis;
  private final long began = System.nanoTime();
  private final RedialSchedule schedule;
  private final RedialBudget budget;
  private final Map<RedialReason, Integer> redials = new EnumMap<>(RedialReason.class);

  private DialPermit permit = DialPermit.NONE;
  private @Nullable Dialling dialling;
  private @Nullable Future<?> timer;
  private boolean ended;
  private boolean admitted;
  private boolean closedHere;
  private boolean givenUp;
  private int dials;
  private int refusals;
  private int foreign;
  private long winnerRtt = -1;
  private int hastyRepeats = -1;
  private long dialledAt = began;

  ConnectAttempt(
      Redialler shared,
      ChannelHandlerContext ctx,
      InetSocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise,
      Detour detour) {
    this.shared = shared;
    this.ctx = ctx;
    this.remote = remote;
    this.local = local;
    this.promise = promise;
    this.detour = detour;
    this.timeoutMillis = ctx.channel().config().getConnectTimeoutMillis();
    this.schedule =
        RedialSchedule.of(
            TimeUnit.MILLISECONDS.toNanos(timeoutMillis),
            shared.srtt(remote),
            shared.settings().redials());
    this.budget = shared.budget(remote);
    promise.addListener(done -> settle());
  }

  ChannelHandlerContext ctx() {
    return ctx;
  }

  InetSocketAddress remote() {
    return remote;
  }

  Detour detour() {
    return detour;
  }

  boolean ended() {
    return ended;
  }

  /** Asks the gate, and dials once it lets the connect pass. */
  void ask() {
    if (ended) {
      return;
    }
    DialGate.Answer answer = shared.gate().admit(remote, left());
    if (answer instanceof DialGate.Answer.Go go) {
      permit = go.permit();
      admitted = true;
      Dialling chosen = choose();
      dialling = chosen;
      shared.begins();
      chosen.start();
    } else if (answer instanceof DialGate.Answer.Wait wait) {
      armTimeout();
      ctx.executor().schedule(this::ask, wait.nanos(), TimeUnit.NANOSECONDS);
    } else if (answer instanceof DialGate.Answer.Refuse refuse) {
      fail(refuse.cause());
    }
  }

  private Dialling choose() {
    Channel channel = ctx.channel();
    boolean free =
        channel.localAddress() == null
            && (local == null || (local instanceof InetSocketAddress to && to.getPort() == 0));
    if (free && shared.settings().redials() > 0) {
      if (channel instanceof EpollSocketChannel epoll && !epoll.config().isTcpFastOpenConnect()) {
        if (!shared.settings().sourceAddresses().isEmpty()) {
          // or bind would take a port for every destination
          epoll.config().setIpBindAddressNoPort(true);
        }
        return shared.settings().balanced()
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
    return shared.settings().balanced() && !tls ? shared.settings().firstReply() : null;
  }

  /** Where the next dial starts: the user's address, or the next in turn; null for any. */
  @Nullable SocketAddress source() {
    return local != null ? local : shared.source(remote);
  }

  void dialled() {
    dials++;
    dialledAt = System.nanoTime();
  }

  /**
   * The latest dial is over, or given up.
   *
   * @param synsRepeated how often the kernel has sent its SYN again
   */
  void synsRepeated(long synsRepeated) {
    boolean hasty =
        synsRepeated > 0 && System.nanoTime() - dialledAt < RedialSchedule.SYN_TIMEOUT.toNanos();
    hastyRepeats = Math.max(0, hastyRepeats) + (hasty ? 1 : 0);
  }

  void refused() {
    refusals++;
  }

  void foreign() {
    foreign++;
  }

  int dials() {
    return dials;
  }

  int foreignDials() {
    return foreign;
  }

  /** How long the latest dial is left alone; empty if it is the last. */
  OptionalLong silence() {
    return schedule.waitAfter(redials.getOrDefault(RedialReason.SILENCE, 0), elapsed());
  }

  /** Takes leave to dial once more. */
  boolean redial(RedialReason reason) {
    int so = redials.getOrDefault(reason, 0);
    boolean due =
        switch (reason) {
          case SILENCE -> !schedule.tooLate(elapsed());
          case REFUSED -> shared.settings().balanced() && so < MOST_REFUSED;
          case FOREIGN -> so < MOST_FOREIGN;
        };
    if (ended || !due || !budget.take()) {
      return false;
    }
    redials.put(reason, so + 1);
    return true;
  }

  /** A redial that replaces the client's own dial: the one before it cannot be handed over. */
  void redialAnyway() {
    redials.merge(RedialReason.FOREIGN, 1, Integer::sum);
  }

  private long elapsed() {
    return System.nanoTime() - began;
  }

  /** What is left of the user's timeout. */
  long left() {
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
    closedHere = true;
    givenUp |= !promise.isDone();
    stop(
        () -> {
          close.run();
          promise.tryFailure(new ClosedChannelException());
        });
  }

  private void stop(Runnable then) {
    boolean running = !ended;
    ended = true;
    if (running && dialling != null) {
      dialling.stop(then);
    } else {
      detour.comeBack(then);
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
    Throwable cause = promise.cause();
    if (cause == null) {
      budget.succeeded(redials.values().stream().mapToInt(Integer::intValue).sum());
      shared.learn(remote, winnerRtt);
      permit.connected();
      ctx.channel().closeFuture().addListener(closed -> permit.closed(closedHere));
    } else {
      permit.failed(cause);
    }
    shared.report(
        new ConnectReport(
            remote,
            outcome(cause),
            dials,
            elapsed(),
            winnerRtt,
            hastyRepeats,
            refusals,
            foreign,
            redials));
  }

  private ConnectOutcome outcome(@Nullable Throwable cause) {
    if (cause == null) {
      return ConnectOutcome.CONNECTED;
    }
    if (!admitted && !promise.isCancelled() && !(cause instanceof ConnectTimeoutException)) {
      return ConnectOutcome.NOT_ADMITTED;
    }
    if (promise.isCancelled() || givenUp) {
      return ConnectOutcome.CANCELLED;
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
}
