package dev.holdfast.http.reactor;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;

/**
 * Before the HTTP/1.1 codec, above TLS: no byte that nobody asked for gets past. Where the codec is
 * right above the wire, {@link WireHandler} sees to that.
 */
final class InboundTap extends FarewellTap {

  InboundTap(GuardedConnection guarded) {
    super(guarded);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (guarded().inbound().admits()) {
      ctx.fireChannelRead(msg);
    } else {
      ReferenceCountUtil.release(msg);
    }
  }
}
