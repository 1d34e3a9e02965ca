package dev.holdfast.http.reactor;

import dev.holdfast.lab.TlsIdentity;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 server that treats each stream as told and counts what it executes. */
@SuppressWarnings("deprecation") // NioEventLoopGroup: the same on Netty 4.1
public final class H2Server implements AutoCloseable {

  /** What becomes of one stream. */
  public enum Fate {
    ANSWERED,
    /** Not executed: RST_STREAM with REFUSED_STREAM. */
    REFUSED,
    /** Not executed: GOAWAY names the last that was. */
    GOAWAY,
    /** Executed and answered with 303 to {@code /receipt}. */
    REDIRECTED,
    /** Executed and answered with 307 to {@code /receipt}. */
    MOVED,
    /** Executed; then RST_STREAM. */
    INTERNAL_ERROR,
    /** Executed; then RST_STREAM. */
    NO_ERROR,
    /** Executed; then RST_STREAM. */
    ENHANCE_YOUR_CALM,
    /** Executed; then RST_STREAM. */
    CANCEL,
    /** Executed; then the connection is closed. */
    CLOSED,
    /** Executed; then the connection is reset. */
    RESET,
    /** Executed and answered a while later. */
    LATE,
    /** Executed and not answered. */
    SILENT
  }

  /** Before a path that says itself what becomes of the request. */
  static final String BY_PATH = "/by/";

  private static final AttributeKey<Integer> EXECUTED = AttributeKey.valueOf("lab-executed");
  private static final AttributeKey<Integer> GONE_AFTER = AttributeKey.valueOf("lab-gone-after");

  private final NioEventLoopGroup group = new NioEventLoopGroup(1);
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicLong connections = new AtomicLong();
  private final Map<String, AtomicLong> executed = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> asked = new ConcurrentHashMap<>();
  private final Queue<Fate> script = new ConcurrentLinkedQueue<>();
  private final @Nullable TlsIdentity tls;
  private final Http2Settings settings;
  private final AtomicLong pings = new AtomicLong();
  private volatile boolean answersPing = true;
  private final Channel listener;

  public H2Server(boolean secure) {
    this(secure, Http2Settings.defaultSettings());
  }

  H2Server(boolean secure, Http2Settings settings) {
    this.settings = settings;
    tls = secure ? TlsIdentity.shared() : null;
    listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Accept())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  private final class Accept extends ChannelInitializer<Channel> {

    @Override
    protected void initChannel(Channel channel) {
      connections.incrementAndGet();
      open.add(channel);
      if (tls != null) {
        channel.pipeline().addLast(ssl(tls.server(), false).newHandler(channel.alloc()));
      }
      channel
          .pipeline()
          .addLast(
              Http2FrameCodecBuilder.forServer()
                  .initialSettings(settings)
                  .autoAckPingFrame(answersPing)
                  .build())
          .addLast(
              new Http2MultiplexHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                      stream.pipeline().addLast(new Stream());
                    }
                  }))
          .addLast(new Pings());
    }
  }

  private final class Pings extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      if (frame instanceof Http2PingFrame ping && !ping.ack()) {
        pings.incrementAndGet();
      }
      ReferenceCountUtil.release(frame);
    }
  }

  /** From now on connections get no answer to PING. */
  H2Server withoutPingAnswers() {
    answersPing = false;
    return this;
  }

  public long pings() {
    return pings.get();
  }

  static JdkSslContext ssl(SSLContext context, boolean client) {
    return ssl(context, client, ApplicationProtocolNames.HTTP_2);
  }

  static JdkSslContext ssl(SSLContext context, boolean client, String protocol) {
    return new JdkSslContext(
        context,
        client,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            protocol),
        ClientAuth.NONE,
        null,
        false);
  }

  private final class Stream extends ChannelInboundHandlerAdapter {

    private String path = "";

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      boolean last = false;
      if (frame instanceof Http2HeadersFrame headers) {
        path = String.valueOf(headers.headers().path());
        last = headers.isEndStream();
      } else if (frame instanceof Http2DataFrame data) {
        last = data.isEndStream();
      }
      ReferenceCountUtil.release(frame);
      if (last && !isBeyondGoAway(ctx)) {
        Fate told = path.startsWith(BY_PATH) ? byPath() : script.poll();
        treat(ctx, told == null ? Fate.ANSWERED : told);
      }
    }

    /** The server has said that it will not process this one, and does not. */
    private boolean isBeyondGoAway(ChannelHandlerContext ctx) {
      Integer last = ctx.channel().parent().attr(GONE_AFTER).get();
      return last != null && ((Http2StreamChannel) ctx.channel()).stream().id() > last;
    }

    /** {@code /by/id/FIRST~SECOND/rest}: what becomes of the first asking, of the second. */
    private Fate byPath() {
      String[] told = path.split("/", -1)[3].split("~", -1);
      int times = (int) asked.computeIfAbsent(path, p -> new AtomicLong()).getAndIncrement();
      return Fate.valueOf(told[Math.min(times, told.length - 1)]);
    }

    /** The rest of such a path is that of the next leg. */
    private String location() {
      if (!path.startsWith(BY_PATH)) {
        return "/receipt";
      }
      String[] parts = path.split("/", 5);
      return BY_PATH + parts[2] + "/" + parts[4];
    }

    private void treat(ChannelHandlerContext ctx, Fate fate) {
      switch (fate) {
        case ANSWERED -> {
          execute(ctx);
          answer(ctx);
        }
        case LATE -> {
          execute(ctx);
          ctx.executor().schedule(() -> answer(ctx), 400, TimeUnit.MILLISECONDS);
        }
        case REDIRECTED -> redirect(ctx, "303");
        case MOVED -> redirect(ctx, "307");
        case INTERNAL_ERROR, NO_ERROR, ENHANCE_YOUR_CALM, CANCEL -> {
          execute(ctx);
          ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.valueOf(fate.name())));
        }
        case REFUSED -> ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
        case GOAWAY -> {
          goAway(ctx.channel().parent());
          if (!isBeyondGoAway(ctx)) { // a later one was executed
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
          }
        }
        case CLOSED -> {
          execute(ctx);
          ctx.channel().parent().close();
        }
        case RESET -> {
          execute(ctx);
          Channel parent = ctx.channel().parent();
          parent.config().setOption(ChannelOption.SO_LINGER, 0);
          parent.close();
        }
        case SILENT -> execute(ctx);
      }
    }

    private void redirect(ChannelHandlerContext ctx, String status) {
      execute(ctx);
      var headers = new DefaultHttp2Headers().status(status).set("location", location());
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true));
    }

    private void answer(ChannelHandlerContext ctx) {
      var headers = new DefaultHttp2Headers().status("200");
      ctx.write(new DefaultHttp2HeadersFrame(headers, false));
      ByteBuf body = Unpooled.copiedBuffer(path, StandardCharsets.US_ASCII);
      ctx.writeAndFlush(new DefaultHttp2DataFrame(body, true));
    }

    private void execute(ChannelHandlerContext ctx) {
      int id = ((Http2StreamChannel) ctx.channel()).stream().id();
      Integer before = ctx.channel().parent().attr(EXECUTED).get();
      ctx.channel().parent().attr(EXECUTED).set(before == null ? id : Math.max(before, id));
      executed.computeIfAbsent(path, first -> new AtomicLong()).incrementAndGet();
    }
  }

  /** By hand: Netty's own codec would name the last stream it has seen, not the last executed. */
  private static void goAway(Channel parent) {
    Integer executed = parent.attr(EXECUTED).get();
    int last = executed == null ? 0 : executed;
    parent.attr(GONE_AFTER).set(last);
    ByteBuf frame = Unpooled.buffer(17);
    frame.writeMedium(8).writeByte(7).writeByte(0).writeInt(0);
    frame.writeInt(last).writeInt((int) Http2Error.NO_ERROR.code());
    parent.pipeline().context(Http2FrameCodec.class).writeAndFlush(frame);
  }

  public H2Server next(Fate fate) {
    script.add(fate);
    return this;
  }

  public String uri(String path) {
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + port + path;
  }

  public int open() {
    return open.size();
  }

  public long connections() {
    return connections.get();
  }

  public void forgetExecutions() {
    executed.clear();
  }

  public long executions(String path) {
    AtomicLong count = executed.get(path);
    return count == null ? 0 : count.get();
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    open.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
