package dev.holdfast.http.reactor;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelProgressivePromise;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Below everything else in the pipeline: counts what the kernel takes, dates what arrives, and
 * notes how the connection ends before the client hears of it.
 */
final class WireHandler extends ChannelDuplexHandler {

  private final GuardedConnection guarded;

  WireHandler(GuardedConnection guarded) {
    this.guarded = guarded;
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx,
      SocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise) {
    AddressOrder.dials(ctx.channel(), remote);
    ctx.connect(remote, local, promise);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    guarded.connected();
    ctx.fireChannelActive();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    long size = size(msg);
    if (size == 0) {
      ctx.write(msg, promise);
      return;
    }
    guarded.ledger().handDown(size);
    ctx.write(msg, new Sent(ctx, size, promise));
  }

  private static long size(Object msg) {
    if (msg instanceof ByteBuf bytes) {
      return bytes.readableBytes();
    }
    return msg instanceof FileRegion region ? region.count() : 0;
  }

  /**
   * Follows one write through the transport's buffer, where the kernel may take it in parts. Hears
   * of its end by being ended itself: a listener costs a write more than all the rest of this.
   */
  private final class Sent extends DefaultChannelProgressivePromise {

    private final long size;
    private final ChannelPromise users;
    private long counted;

    Sent(ChannelHandlerContext ctx, long size, ChannelPromise users) {
      super(ctx.channel(), ctx.executor());
      this.size = size;
      this.users = users;
    }

    @Override
    public boolean tryProgress(long progress, long total) {
      count(progress);
      return super.tryProgress(progress, total);
    }

    private void count(long sent) {
      if (sent > counted) {
        guarded.ledger().took(sent - counted);
        counted = sent;
      }
    }

    @Override
    public boolean trySuccess(Void result) {
      boolean first = super.trySuccess(null);
      if (first) {
        succeeded();
      }
      return first;
    }

    @Override
    public ChannelProgressivePromise setSuccess(Void result) {
      super.setSuccess(null);
      succeeded();
      return this;
    }

    private void succeeded() {
      count(size);
      users.trySuccess();
    }

    @Override
    public boolean tryFailure(Throwable cause) {
      boolean first = super.tryFailure(cause);
      if (first) {
        failed(cause);
      }
      return first;
    }

    @Override
    public ChannelProgressivePromise setFailure(Throwable cause) {
      super.setFailure(cause);
      failed(cause);
      return this;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean first = super.cancel(mayInterruptIfRunning);
      if (first) {
        failed(cause());
      }
      return first;
    }

    private void failed(Throwable failure) {
      if (failure instanceof IOException && !(failure instanceof ClosedChannelException)) {
        guarded.end().dies(failure);
      }
      users.tryFailure(failure);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    guarded.reads();
    ctx.fireChannelRead(msg);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      guarded.end().dies(cause);
      guarded.end().settle();
    }
    ctx.fireExceptionCaught(cause);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    guarded.end().closesHere();
    ctx.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    guarded.end().closed();
    guarded.leave();
    ctx.fireChannelInactive();
  }
}
