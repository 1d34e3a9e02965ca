package dev.holdfast.internal.dial;

import dev.holdfast.internal.gate.Worth;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * First in the pipeline: takes the connect over, and keeps from the handlers behind whatever they
 * did not ask for, the channel's {@link Deregistration}, the answer to a {@link FirstReply} probe
 * and what is said of the connection's {@link Worth}.
 */
final class RedialHandler extends ChannelDuplexHandler {

  private final SharedDials shared;
  private @Nullable Deregistration deregistration;
  private @Nullable ConnectAttempt attempt;
  private @Nullable OpenConnection open;
  private @Nullable ReplyReader reply;

  RedialHandler(SharedDials shared) {
    this.shared = shared;
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx,
      SocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise) {
    if (attempt != null
        || open != null
        || !(remote instanceof InetSocketAddress to)
        || to.isUnresolved()) {
      ctx.connect(remote, local, promise);
      return;
    }
    Deregistration own = new Deregistration(ctx);
    deregistration = own;
    ConnectAttempt started = new ConnectAttempt(shared, ctx, to, local, promise.unvoid(), own);
    attempt = started;
    started.begin();
  }

  /** The connect has succeeded, and nothing of it is kept with the connection. */
  void connected(OpenConnection connection) {
    open = connection;
    attempt = null;
    deregistration = null;
  }

  /** What a connection was asked before it was handed over, and has perhaps not answered yet. */
  void handOver(ReplyReader asked) {
    reply = asked;
  }

  @Override
  public void channelUnregistered(ChannelHandlerContext ctx) {
    if (deregistration == null || !deregistration.unregistered()) {
      ctx.fireChannelUnregistered();
    }
  }

  @Override
  public void channelRegistered(ChannelHandlerContext ctx) {
    if (deregistration == null || !deregistration.registered()) {
      ctx.fireChannelRegistered();
    }
  }

  /** The client speaks first in {@code channelActive}, so what the server said comes after it. */
  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
    if (reply != null) {
      pass(ctx, reply);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (reply == null || !(msg instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(msg);
      return;
    }
    reply.read(bytes);
    pass(ctx, reply);
  }

  private void pass(ChannelHandlerContext ctx, ReplyReader answered) {
    if (answered.verdict() == FirstReply.Verdict.INCOMPLETE) {
      return;
    }
    reply = null;
    ByteBuf rest = answered.rest();
    if (rest.isReadable()) {
      ctx.fireChannelRead(rest);
      ctx.fireChannelReadComplete();
    } else {
      rest.release();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof Worth worth)) {
      ctx.fireUserEventTriggered(event);
    } else if (open != null) {
      open.turnedOut(worth);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      if (open != null) {
        open.broken();
      } else if (attempt != null) {
        attempt.broken();
      }
    }
    ctx.fireExceptionCaught(cause);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (ctx.channel().isOpen()) {
      if (open != null) {
        open.unobserved();
      } else if (attempt != null) {
        attempt.unobserved();
      }
    }
    if (reply != null) {
      reply.release();
      reply = null;
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (open != null) {
      open.closedHere(ctx.channel());
      ctx.close(promise);
    } else if (attempt == null) {
      ctx.close(promise);
    } else {
      attempt.closing(() -> ctx.close(promise));
    }
  }
}
