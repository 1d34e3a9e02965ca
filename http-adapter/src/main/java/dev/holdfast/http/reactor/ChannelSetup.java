package dev.holdfast.http.reactor;

import dev.holdfast.internal.channel.UsageHandler;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.KeepAlive;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketAddress;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelPipelineConfigurer;
import reactor.netty.ConnectionObserver;

/** Puts the guard's handlers and the plan's socket options on each new channel. Thread-safe. */
final class ChannelSetup implements ChannelPipelineConfigurer {

  private static final String REDIAL = "holdfast-redial";
  private static final String USAGE = "holdfast-usage";
  private static final String WIRE = "holdfast-wire";

  private final ReactorHttpGuard guard;
  private final UsageHandler.Guard usage;

  ChannelSetup(ReactorHttpGuard guard) {
    this.guard = guard;
    this.usage =
        new UsageHandler.Guard(
            to -> guard.endpoints().use(to.getHostString(), to.getPort()),
            (cause, age) -> guard.meters().ended(cause, age));
  }

  @Override
  public void onChannelInit(
      ConnectionObserver observer, Channel channel, @Nullable SocketAddress remote) {
    if (!(channel instanceof SocketChannel)) {
      return; // QUIC has its own liveness
    }
    ConnectionPlan plan = guard.settings().shared().plans().of(remote);
    GuardedConnection guarded = new GuardedConnection(channel, guard, plan);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addFirst(WIRE, new WireHandler(guarded));
    pipeline.addFirst(USAGE, usage(guarded));
    pipeline.addFirst(REDIAL, guard.redialHandler(plan));
    setOptions(channel, guarded);
  }

  private UsageHandler usage(GuardedConnection guarded) {
    return new UsageHandler(
        usage, guarded.end()::cause, guard.timer(), () -> !guarded.wasAskedToGo());
  }

  /** What the user set stays as it is; the options of the client are on the channel by now. */
  private void setOptions(Channel channel, GuardedConnection guarded) {
    ConnectionPlan plan = guarded.plan();
    Boolean users = channel.config().getOption(ChannelOption.SO_KEEPALIVE);
    if (Boolean.TRUE.equals(users) || !plan.keepAlive().map(k -> set(channel, k)).orElse(true)) {
      guarded.retirement().keepAliveIsUsers();
    }
    if (channel instanceof EpollSocketChannel epoll) {
      EpollSocketChannelConfig config = epoll.config();
      if (config.getTcpUserTimeout() == 0) {
        config.setTcpUserTimeout((int) plan.userTimeout().toMillis());
      }
      config.setIpBindAddressNoPort(true);
    }
  }

  private static boolean set(Channel channel, KeepAlive planned) {
    int idle = (int) planned.idle().toSeconds();
    int interval = (int) planned.interval().toSeconds();
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    if (channel instanceof EpollSocketChannel epoll) {
      epoll.config().setTcpKeepIdle(idle).setTcpKeepIntvl(interval).setTcpKeepCnt(planned.count());
      return true;
    }
    return set(channel, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), idle)
        && set(channel, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), interval)
        && set(channel, NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), planned.count());
  }

  private static boolean set(Channel channel, ChannelOption<Integer> option, int value) {
    try {
      return channel.config().setOption(option, value);
    } catch (RuntimeException notHere) {
      return false; // this system has no such option
    }
  }
}
