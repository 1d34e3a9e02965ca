package dev.holdfast.redis;

import dev.holdfast.connect.Closer;
import dev.holdfast.diagnosis.Cause;
import dev.holdfast.redis.GuardedChannel.Death;
import dev.holdfast.usage.MixedUsageException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Asks before a dial whether the endpoint may be used so, and counts what becomes of the channel.
 */
final class UsageHandler extends ChannelDuplexHandler {

  private final EndpointUses uses;
  private final GuardedChannel guarded;
  private @Nullable EndpointChurn endpoint;
  private boolean closedHere;

  UsageHandler(EndpointUses uses, GuardedChannel guarded) {
    this.uses = uses;
    this.guarded = guarded;
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx,
      SocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise) {
    if (remote instanceof InetSocketAddress to) { // a domain socket knows no TIME_WAIT
      try {
        EndpointChurn used = uses.use(to);
        used.isThatOf(ctx.channel());
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
      long openedAt = System.nanoTime();
      Channel channel = ctx.channel();
      channel
          .closeFuture()
          .addListener(
              closed -> used.closed(System.nanoTime() - openedAt, closer(), channel.eventLoop()));
    }
    ctx.fireChannelActive();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    closedHere = true;
    ctx.close(promise);
  }

  /** A death noted before the close is an error that was read, or the guard's own reset. */
  private Closer closer() {
    Death death = guarded.death();
    if (death != null) {
      return death.cause() == Cause.PEER_CLOSED ? Closer.REMOTE : Closer.RESET;
    }
    return closedHere ? Closer.LOCAL : Closer.REMOTE;
  }
}
