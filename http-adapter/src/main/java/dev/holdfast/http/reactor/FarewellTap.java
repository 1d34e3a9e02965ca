package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/** Right above TLS: where the client closes on its peer's close_notify, it is the peer who ends. */
class FarewellTap extends ChannelInboundHandlerAdapter {

  private final GuardedConnection guarded;

  FarewellTap(GuardedConnection guarded) {
    this.guarded = guarded;
  }

  GuardedConnection guarded() {
    return guarded;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent end && end.isSuccess()) {
      guarded.end().dies(Cause.PEER_CLOSED, "TLS close_notify");
    }
    ctx.fireUserEventTriggered(event);
  }
}
