package dev.holdfast.internal.dial;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.BootstrapConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's event loop group, in which NIO socket channels of a {@linkplain #prepare prepared}
 * bootstrap are replaced by ones that can dial several sockets. {@link Bootstrap} goes on with the
 * channel that {@code register} answers with, so this needs no channel factory, which clients set
 * themselves. Every other channel is registered as it is. Thread-safe.
 */
public final class RedialEventLoopGroup extends AbstractEventExecutorGroup
    implements EventLoopGroup {

  private static final Logger LOG = LoggerFactory.getLogger(RedialEventLoopGroup.class);

  private static final AttributeKey<BootstrapConfig> BOOTSTRAP =
      AttributeKey.valueOf(RedialEventLoopGroup.class, "BOOTSTRAP");

  private final EventLoopGroup users;

  /**
   * Stands before a group.
   *
   * @param users the group that does the work
   */
  public RedialEventLoopGroup(EventLoopGroup users) {
    this.users = users;
  }

  /**
   * Lets channels of a bootstrap be replaced.
   *
   * @param bootstrap a client's bootstrap, before it connects
   */
  public static void prepare(Bootstrap bootstrap) {
    bootstrap.attr(BOOTSTRAP, bootstrap.config());
  }

  /**
   * The group this one stands before.
   *
   * @return the user's
   */
  public EventLoopGroup users() {
    return users;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    BootstrapConfig config = channel.attr(BOOTSTRAP).get();
    if (channel.getClass() != NioSocketChannel.class || config == null) {
      return users.register(channel);
    }
    AdoptingSocketChannel ours = new AdoptingSocketChannel();
    try {
      initialize(ours, config);
    } catch (RuntimeException e) {
      LOG.warn("connects are not redialled: the channel could not be set up", e);
      ours.unsafe().closeForcibly();
      return users.register(channel);
    }
    channel.unsafe().closeForcibly();
    return users.register(ours);
  }

  /** As {@code Bootstrap.init} does. */
  @SuppressWarnings("unchecked") // a bootstrap's map of attributes holds values of their types
  private static void initialize(AdoptingSocketChannel ours, BootstrapConfig config) {
    ours.pipeline().addLast(config.handler());
    HedgedConfig.setAll(ours.config(), config.options());
    for (Map.Entry<AttributeKey<?>, Object> attribute : config.attrs().entrySet()) {
      ours.attr((AttributeKey<Object>) attribute.getKey()).set(attribute.getValue());
    }
  }

  @Override
  public ChannelFuture register(ChannelPromise promise) {
    return users.register(promise);
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester")
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    return users.register(channel, promise);
  }

  @Override
  public EventLoop next() {
    return users.next();
  }

  @Override
  public Iterator<EventExecutor> iterator() {
    return users.iterator();
  }

  @Override
  public boolean isShuttingDown() {
    return users.isShuttingDown();
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    return users.shutdownGracefully(quietPeriod, timeout, unit);
  }

  @Override
  public Future<?> terminationFuture() {
    return users.terminationFuture();
  }

  @Override
  @Deprecated
  public void shutdown() {
    users.shutdownGracefully();
  }

  @Override
  public boolean isShutdown() {
    return users.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return users.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return users.awaitTermination(timeout, unit);
  }
}
