package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;

/**
 * Before the HTTP/1.1 codec, above TLS: no byte that nobody asked for gets past. A server that
 * closes an idle connection may say 408 first (RFC 9110, section 15.5.9); left in the codec it
 * would answer the next request. An empty line is none: RFC 9112, section 2.2, lets it be ignored.
 */
final class InboundTap extends FarewellTap {

  private boolean unsolicited;

  InboundTap(GuardedConnection guarded) {
    super(guarded);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (!unsolicited && (guarded().inFlight().answersAreDue() || guarded().handedOver())) {
      ctx.fireChannelRead(msg);
      return;
    }
    if (!unsolicited && msg instanceof ByteBuf bytes && emptyLines(bytes)) {
      bytes.release();
      return;
    }
    ReferenceCountUtil.release(msg);
    if (!unsolicited) {
      unsolicited = true;
      guarded().condemn(Cause.PEER_CLOSED, "bytes arrived that answer no request");
    }
  }

  private static boolean emptyLines(ByteBuf bytes) {
    return bytes.forEachByte(octet -> octet == '\r' || octet == '\n') < 0;
  }
}
