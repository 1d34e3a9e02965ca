package dev.holdfast.internal.dial;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectGate;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A client that writes one byte when its connection is active and notes what it hears. */
final class Client implements AutoCloseable {

  /** What Netty moves the bytes with. */
  enum Transport {
    EPOLL,
    NIO
  }

  private static final long HANG_SECONDS = 20;

  private final EventLoopGroup group;
  private final Redialler redialler;
  private final Transport transport;
  private final BlockingQueue<ConnectReport> reports = new LinkedBlockingQueue<>();

  private final Semaphore asked = new Semaphore(0);

  /** Events of the client's handler: {@code active}, {@code read X} and so on. */
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @SuppressWarnings("deprecation") // Netty 4.1 has no other groups
  Client(Transport transport, RedialSettings settings, ConnectGate gate) {
    this.transport = transport;
    this.group =
        transport == Transport.EPOLL
            ? new EpollEventLoopGroup(1)
            : new RedialEventLoopGroup(new NioEventLoopGroup(1));
    this.redialler = Redialler.of(settings, reports::add, counting(gate));
  }

  Client(Transport transport, RedialSettings settings) {
    this(transport, settings, ConnectGate.open());
  }

  private ConnectGate counting(ConnectGate gate) {
    return (remote, timeout) -> {
      asked.release();
      return gate.admit(remote, timeout);
    };
  }

  Bootstrap bootstrap(int timeoutMillis) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(
                transport == Transport.EPOLL ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Heard()).addFirst(redialler.handler());
                  }
                });
    RedialEventLoopGroup.prepare(bootstrap);
    return bootstrap;
  }

  ChannelFuture connect(Peer peer, int timeoutMillis) {
    return bootstrap(timeoutMillis).connect(peer.address());
  }

  static ChannelFuture await(ChannelFuture future) {
    if (!future.awaitUninterruptibly(HANG_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("hangs: " + future);
    }
    return future;
  }

  ConnectReport report() throws InterruptedException {
    ConnectReport report = reports.poll(HANG_SECONDS, TimeUnit.SECONDS);
    if (report == null) {
      throw new AssertionError("no report");
    }
    return report;
  }

  String event() throws InterruptedException {
    return String.valueOf(events.poll(HANG_SECONDS, TimeUnit.SECONDS));
  }

  /** The first dial is made, or about to be left to the event loop's next turn. */
  void awaitDial(ChannelFuture connect) throws InterruptedException {
    asked.acquire();
    connect.channel().eventLoop().submit(() -> {}).sync();
  }

  /** With a quiet period: without one Netty may end before it closes what it has registered. */
  void end() {
    group.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Heard extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
      events.add("registered");
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
      events.add("unregistered");
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      events.add("active");
      ctx.writeAndFlush(ctx.alloc().buffer().writeByte('!'));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      events.add("inactive");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      ByteBuf bytes = (ByteBuf) msg;
      events.add("read " + bytes.toString(StandardCharsets.US_ASCII).strip());
      bytes.release();
    }
  }
}
