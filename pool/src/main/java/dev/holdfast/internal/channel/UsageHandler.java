package dev.holdfast.internal.channel;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.gate.Closer;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.usage.MixedUsageException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks before a dial whether the endpoint may be used so, and counts what becomes of the channel.
 * One for each channel, confined to its event loop.
 */
public final class UsageHandler extends ChannelDuplexHandler implements ChannelFutureListener {

  private static final AttributeKey<EndpointChurn> KEY =
      AttributeKey.valueOf(UsageHandler.class, "CHURN");

  private final Guard guard;
  private final Supplier<@Nullable Cause> death;
  private final ScheduledExecutorService judge;
  private final BooleanSupplier counts;
  private @Nullable EndpointChurn endpoint;
  private long openedAtNanos;
  private boolean closedHere;

  /**
   * What the handlers of one guard share.
   *
   * @param uses finds the endpoint's counters, or throws {@link MixedUsageException}
   * @param ages hears why each channel ended, and after how many nanoseconds
   */
  public record Guard(
      Function<InetSocketAddress, EndpointChurn> uses, ObjLongConsumer<Cause> ages) {}

  /**
   * To be put below whatever else closes the channel.
   *
   * @param guard what it shares with the guard's others
   * @param death why the channel ends, null while that is not known; asked on the event loop
   * @param judge runs the judgement of churn
   * @param counts whether its end tells of its use: one that the server refused in its handshake,
   *     or asked to be closed for its maintenance, is nobody's churn; asked when it has ended
   */
  public UsageHandler(
      Guard guard,
      Supplier<@Nullable Cause> death,
      ScheduledExecutorService judge,
      BooleanSupplier counts) {
    this.guard = guard;
    this.death = death;
    this.judge = judge;
    this.counts = counts;
  }

  /**
   * Where a channel is counted. Any thread.
   *
   * @param channel any
   * @return null if it was not dialled under this handler
   */
  public static @Nullable EndpointChurn churnOf(Channel channel) {
    return channel.attr(KEY).get();
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx,
      SocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise) {
    if (remote instanceof InetSocketAddress to) { // a domain socket knows no TIME_WAIT
      try {
        EndpointChurn used = guard.uses().apply(to);
        ctx.channel().attr(KEY).set(used);
        endpoint = used;
      } catch (MixedUsageException refused) {
        promise.setFailure(refused);
        return;
      }
    }
    ctx.connect(remote, local, promise);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    EndpointChurn used = endpoint;
    if (used != null) {
      used.opened();
      openedAtNanos = System.nanoTime();
      ctx.channel().closeFuture().addListener(this);
    }
    ctx.fireChannelActive();
  }

  /** The channel is closed. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    EndpointChurn used = endpoint;
    if (used == null) {
      return;
    }
    long age = System.nanoTime() - openedAtNanos;
    guard.ages().accept(cause(), age);
    if (counts.getAsBoolean()) {
      used.closed(age, closer(), judge);
    } else {
      used.refused();
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    closedHere = true;
    ctx.close(promise);
  }

  private Cause cause() {
    Cause known = death.get();
    if (known != null) {
      return known;
    }
    return closedHere ? Cause.LOCAL_CLOSE : Cause.PEER_CLOSED;
  }

  /** A death noted before the close is an error that was read, or the guard's own reset. */
  private Closer closer() {
    Cause cause = death.get();
    if (cause != null) {
      return cause == Cause.PEER_CLOSED ? Closer.REMOTE : Closer.RESET;
    }
    return closedHere ? Closer.LOCAL : Closer.REMOTE;
  }
}
