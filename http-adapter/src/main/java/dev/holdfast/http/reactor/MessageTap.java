package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import org.jspecify.annotations.Nullable;

/**
 * Sees the messages of one HTTP/1.1 connection, or of one stream of HTTP/2: what of a request was
 * asked for, and when its response is complete.
 */
final class MessageTap extends ChannelDuplexHandler {

  private final GuardedConnection guarded;
  private @Nullable Exchange exchange;
  private boolean interim;

  MessageTap(GuardedConnection guarded) {
    this.guarded = guarded;
  }

  void begins(Exchange next) {
    exchange = next;
    interim = false;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    Exchange current = exchange;
    if (current != null) {
      current.writes(msg);
    }
    ctx.write(msg, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    Exchange current = exchange;
    HttpObject part = current == null ? null : HttpParts.of(msg);
    if (current == null || part == null) {
      ctx.fireChannelRead(msg);
      return;
    }
    current.answers();
    if (part.decoderResult().isFailure()) {
      ctx.fireChannelRead(msg); // the caller's error first: it names what is wrong
      guarded.condemn(Cause.PEER_CLOSED, "the response is no HTTP");
      return;
    }
    HttpResponse response = HttpParts.response(part);
    if (response != null) {
      interim =
          HttpStatusClass.INFORMATIONAL.contains(response.status().code())
              && response.status().code() != 101;
      if (!interim) {
        current.headDelivered();
        guarded.advertised(response);
      }
    }
    if (!interim && HttpParts.ends(part)) {
      exchange = null;
      guarded.finish(current);
    }
    ctx.fireChannelRead(msg);
  }

  /** Both events mean that the server has not processed this stream: RFC 9113, section 8.7. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    Exchange current = exchange;
    if (current != null
        && (event instanceof Http2GoAwayFrame
            || (event instanceof Http2ResetFrame reset
                && reset.errorCode() == Http2Error.REFUSED_STREAM.code()))) {
      current.refused();
      if (event instanceof Http2GoAwayFrame) {
        guarded.retire(); // a server may leave the closing to its client
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null && ctx.channel().parent() != null && ctx.channel().parent().isActive()) {
      guarded.streamEnded(current);
    }
    ctx.fireChannelInactive();
  }
}
