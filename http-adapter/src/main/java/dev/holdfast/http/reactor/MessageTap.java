package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientUpgradeHandler;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.ChannelOperations;

/**
 * Sees the messages of one HTTP/1.1 connection, or of one stream of HTTP/2: what of a request was
 * asked for, and when its response is complete.
 */
final class MessageTap extends ChannelDuplexHandler {

  private final GuardedConnection guarded;
  private final boolean stream;
  private @Nullable Exchange exchange;
  private boolean interim;

  MessageTap(GuardedConnection guarded, boolean stream) {
    this.guarded = guarded;
    this.stream = stream;
  }

  void begins(Exchange next) {
    exchange = next;
    interim = false;
  }

  /** Whether its answer has not ended yet. */
  boolean awaitsEndOf(Exchange one) {
    return exchange == one;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    Exchange current = exchange;
    if (current != null) {
      current.writes(msg);
      if (stream && msg instanceof HttpRequest) {
        writeHead(ctx, msg, promise.unvoid(), current);
        return;
      }
    }
    ctx.write(msg, promise);
  }

  /** On a stream, which there may not be: its connection may take no more by now. */
  private static void writeHead(
      ChannelHandlerContext ctx, Object msg, ChannelPromise promise, Exchange current) {
    promise.addListener(
        written -> {
          if (!written.isSuccess()) {
            current.unwritten();
          }
        });
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
      if (switchesProtocol(current, response)) {
        exchange = null;
        if (ctx.pipeline().get(HttpClientUpgradeHandler.class) == null) {
          guarded.handOver(current);
        }
        ctx.fireChannelRead(msg);
        return;
      }
      interim = HttpStatusClass.INFORMATIONAL.contains(response.status().code());
      if (!interim) {
        current.headDelivered(response, ctx.pipeline());
        guarded.advertised(response);
      }
    }
    if (!interim && HttpParts.ends(part)) {
      exchange = null;
      guarded.finish(current);
      keepFromOthersIfCancelled(ctx.channel());
    }
    ctx.fireChannelRead(msg);
  }

  /** Had it been cancelled on this thread, it would be closed by now; so it will be shortly. */
  private void keepFromOthersIfCancelled(Channel channel) {
    ChannelOperations<?, ?> operations = stream ? null : ChannelOperations.get(channel);
    if (operations != null && operations.isInboundCancelled()) {
      operations.markPersistent(false);
    }
  }

  /**
   * What follows such a head is no HTTP/1.1: RFC 9110, sections 7.8 and 9.3.6. After an upgrade to
   * HTTP/2 it is the answer to the same request, on a stream; otherwise it is the client's alone.
   */
  private static boolean switchesProtocol(Exchange current, HttpResponse response) {
    int status = response.status().code();
    return status == 101 || (status / 100 == 2 && current.connects());
  }

  /**
   * GOAWAY is told to the streams that it says were not processed, and to no other; REFUSED_STREAM
   * says the same of one: RFC 9113, section 8.7. Any other reset leaves it open.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    Exchange current = exchange;
    if (event instanceof Http2GoAwayFrame goAway) {
      guarded.retire(); // a server may leave the closing to its client
      if (goAway.errorCode() == Http2Error.NO_ERROR.code()) {
        guarded.askedToGo();
      }
    }
    if (current != null
        && (event instanceof Http2GoAwayFrame
            || (event instanceof Http2ResetFrame reset
                && reset.errorCode() == Http2Error.REFUSED_STREAM.code()))) {
      current.refused();
    } else if (current != null && event instanceof Http2ResetFrame reset) {
      current.reset(nameOf(reset.errorCode()));
    }
    ctx.fireUserEventTriggered(event);
  }

  private static String nameOf(long code) {
    Http2Error known = Http2Error.valueOf(code);
    return known == null ? "with an unknown code" : known.name();
  }

  /** How a connection of HTTP/1.1 is told that it was reset. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    Exchange current = exchange;
    if (current != null && LostLeg.repeats(ctx, current)) {
      exchange = null;
    } else {
      ctx.fireExceptionCaught(failure);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null) {
      if (ctx.channel().parent() != null && ctx.channel().parent().isActive()) {
        guarded.streamEnded(current);
      }
      if (LostLeg.repeats(ctx, current)) {
        exchange = null;
      }
    }
    ctx.fireChannelInactive();
  }
}
