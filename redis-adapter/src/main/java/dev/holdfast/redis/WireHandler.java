package dev.holdfast.redis;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * The first in the pipeline: an exception that comes by here is the transport's own, for handlers
 * raise theirs behind it.
 */
final class WireHandler extends ChannelInboundHandlerAdapter {

  private final GuardedChannel guarded;

  WireHandler(GuardedChannel guarded) {
    this.guarded = guarded;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    guarded.raised(cause);
    ctx.fireExceptionCaught(cause);
  }
}
