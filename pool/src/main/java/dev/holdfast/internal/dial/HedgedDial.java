package dev.holdfast.internal.dial;

import dev.holdfast.internal.dial.FirstReply.Verdict;
import dev.holdfast.internal.gate.ServerRefusalException;
import dev.holdfast.internal.wire.SynTimeout;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One dial of a {@link HedgedDialling}, on a channel of its own that the client never sees.
 * Confined to the event loop of the channel it dials for.
 */
final class HedgedDial extends ChannelInboundHandlerAdapter {

  private final HedgedDialling owner;
  private final @Nullable FirstReply expected;
  private final SocketChannel socket;
  private final NioSocketChannel channel;
  private final AdoptingSocketChannel dialledFor;

  private @Nullable ReplyReader reply;
  private @Nullable Future<?> proof;
  private boolean connecting = true;
  private boolean done;
  private long began;
  private long rtt = -1;

  HedgedDial(HedgedDialling owner, @Nullable FirstReply expected, AdoptingSocketChannel dialledFor)
      throws IOException {
    this.owner = owner;
    this.expected = expected;
    this.dialledFor = dialledFor;
    this.socket = SocketChannel.open();
    this.channel = new NioSocketChannel(socket);
    HedgedConfig.setAll(channel.config(), dialledFor.socketOptions());
    channel.config().setAllocator(dialledFor.config().getAllocator());
    channel.config().setAutoRead(false).setConnectTimeoutMillis(0);
    channel.pipeline().addLast(this);
  }

  boolean connecting() {
    return connecting;
  }

  void dial(SocketAddress remote, @Nullable SocketAddress source) {
    began = System.nanoTime();
    loop()
        .register(channel)
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                channel.connect(remote, source).addListener(this::connected);
              } else {
                owner.failed(this, registered.cause());
              }
            });
  }

  /** Netty 4.1 and 4.2 declare different types for an NIO channel's own method. */
  private EventLoop loop() {
    return ((Channel) dialledFor).eventLoop();
  }

  private void connected(Future<?> connect) {
    if (done) {
      return;
    }
    connecting = false;
    if (!connect.isSuccess()) {
      close();
      if (expected != null && ConnectAttempt.isHangUp(connect.cause())) {
        owner.hungUp(this);
      } else {
        owner.failed(this, connect.cause());
      }
      return;
    }
    long took = System.nanoTime() - began;
    rtt = took < SynTimeout.REPEATED_NANOS ? took : -1; // or the time proves nothing
    if (expected == null) {
      win();
      return;
    }
    reply = new ReplyReader(expected, channel.alloc());
    proof =
        loop()
            .schedule(
                this::win,
                Math.min(ProvenDialling.LONGEST_PROOF, owner.left() / 2),
                TimeUnit.NANOSECONDS);
    channel.writeAndFlush(expected.probe());
    channel.config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ReplyReader reader = reply;
    if (reader == null || !(msg instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(msg);
      return;
    }
    reader.read(bytes);
    if (reader.verdict() == Verdict.FOREIGN) {
      owner.foreign(this, reader.quote());
    } else if (reader.verdict() == Verdict.REFUSAL) {
      ServerRefusalException refusal =
          new ServerRefusalException(channel.remoteAddress(), reader.quote());
      close();
      owner.failed(this, refusal);
    } else if (reader.verdict() != Verdict.INCOMPLETE) {
      win();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!done) {
      close();
      owner.hungUp(this);
    }
  }

  private void win() {
    if (!done) {
      end();
      channel.config().setAutoRead(false);
      ReplyReader read = reply;
      reply = null;
      owner.won(this, rtt, read);
    }
  }

  /** Takes the socket off the event loop, open. */
  void letGo(Runnable then) {
    channel.deregister().addListener(gone -> then.run());
  }

  void handTo(AdoptingSocketChannel adopting) throws IOException {
    adopting.adopt(socket, channel);
  }

  private void end() {
    done = true;
    if (proof != null) {
      proof.cancel(false);
    }
  }

  void close() {
    end();
    if (reply != null) {
      reply.release();
      reply = null;
    }
    if (channel.isActive()) {
      channel.config().setSoLinger(0); // or the loser's port stays in TIME_WAIT, in nobody's book
    }
    channel.close();
  }
}
