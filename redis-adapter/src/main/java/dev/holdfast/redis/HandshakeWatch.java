package dev.holdfast.redis;

import dev.holdfast.internal.report.ConnectReports;
import io.lettuce.core.protocol.RedisHandshakeHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Accompanies a channel through Lettuce's handshake, and goes: has the server's refusal diagnosed,
 * and sees whether the client's options are the guard's.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {

  private final CompletableFuture<Void> handshake;
  private final ConnectReports reports;
  private final Runnable onForeignOptions;
  private long connectedAt;
  private OptionsMark.@Nullable Mark mark;
  private boolean seen;

  /**
   * @param onForeignOptions runs if a reply was decoded without the guard's options
   */
  HandshakeWatch(
      RedisHandshakeHandler handshake, ConnectReports reports, Runnable onForeignOptions) {
    this.handshake = handshake.channelInitialized().toCompletableFuture();
    this.reports = reports;
    this.onForeignOptions = onForeignOptions;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connectedAt = System.nanoTime();
    OptionsMark.Mark loops = OptionsMark.onThisEventLoop();
    mark = loops;
    loops.handshakes++;
    handshake.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            refused(failure);
          }
        });
    ctx.fireChannelActive();
  }

  private void refused(Throwable failure) {
    String code = ServerError.code(failure);
    if (code != null) {
      reports.refused(code, Duration.ofNanos(System.nanoTime() - connectedAt));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    OptionsMark.Mark reading = mark;
    if (reading == null) {
      ctx.fireChannelRead(msg);
      return;
    }
    boolean wasDone = handshake.isDone();
    reading.guarded = true;
    reading.asked = false;
    try {
      ctx.fireChannelRead(msg);
    } finally {
      reading.guarded = false;
    }
    seen |= reading.asked;
    if (wasDone) {
      reading.heldBack |= !seen; // decoded by nobody's read, or by one that is still to come
      ctx.pipeline().remove(this);
    } else if (handshake.isDone()) {
      if (!seen && !handshake.isCompletedExceptionally()) {
        onForeignOptions.run();
      }
      ctx.pipeline().remove(this);
    }
  }

  /** It has gone after the handshake, or with the channel. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    OptionsMark.Mark loops = mark;
    if (loops != null) {
      loops.handshakes--;
      mark = null;
    }
  }
}
