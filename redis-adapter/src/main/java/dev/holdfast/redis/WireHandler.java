package dev.holdfast.redis;

import dev.holdfast.wire.WireSource;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * The first in the pipeline: an exception that comes by here is the transport's own, for handlers
 * raise theirs behind it, and what passes here is what is sent.
 *
 * <p>When the peer has closed, Netty closes the socket before anybody hears of it, unless a half
 * closed one is allowed. It is allowed here for as long as it takes to ask the kernel how much had
 * come to the peer.
 */
final class WireHandler extends ChannelDuplexHandler {

  private final GuardedChannel guarded;
  private boolean asksFirst;

  WireHandler(GuardedChannel guarded) {
    this.guarded = guarded;
  }

  /** The channel carries the user's commands from now on. */
  static void start(ChannelHandlerContext any) {
    WireHandler handler = any.pipeline().get(WireHandler.class);
    var config = any.channel().config();
    if (handler != null
        && handler.guarded.wire().source() == WireSource.EPOLL
        && Boolean.FALSE.equals(config.getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
      handler.asksFirst = config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof ByteBuf bytes) {
      guarded.ledger().wrote(bytes.readableBytes());
    }
    ctx.write(msg, promise);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (asksFirst && event instanceof ChannelInputShutdownEvent) {
      guarded.peerClosed();
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    guarded.raised(cause);
    ctx.fireExceptionCaught(cause);
  }
}
