package dev.holdfast.redis;

import dev.holdfast.internal.channel.UsageHandler;
import dev.holdfast.internal.dial.RedialEventLoopGroup;
import dev.holdfast.internal.report.EndpointUses;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.RedisHandshakeHandler;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;

/** Puts the guard's handlers round Lettuce's command handler, after the user's own customizer. */
final class GuardCustomizer implements NettyCustomizer {

  private static final String REDIAL = "holdfast-redial";
  private static final String USAGE = "holdfast-usage";
  private static final String WIRE = "holdfast-wire";
  private static final String HANDSHAKE = "holdfast-handshake";
  private static final String LOSS = "holdfast-loss";
  private static final String GATE = "holdfast-gate";

  private final LettuceGuard guard;
  private final NettyCustomizer users;
  private final UsageHandler.Guard usage;

  GuardCustomizer(LettuceGuard guard, NettyCustomizer users, EndpointUses uses) {
    this.guard = guard;
    this.users = users;
    this.usage =
        new UsageHandler.Guard(
            to -> uses.use(to.getHostString(), to.getPort()), guard.meters()::ended);
  }

  @Override
  public void afterBootstrapInitialized(Bootstrap bootstrap) {
    users.afterBootstrapInitialized(bootstrap);
    if (guard.closed()) {
      return;
    }
    guard.dials().dialOn(bootstrap.config().group());
    PoolDial.dials(bootstrap);
    TopologyLook.dials(bootstrap);
    RedialEventLoopGroup.prepare(bootstrap);
  }

  @Override
  public void afterChannelInitialized(Channel channel) {
    users.afterChannelInitialized(channel);
    if (guard.closed()) {
      return;
    }
    PoolDial.dials(channel);
    ChannelPipeline pipeline = channel.pipeline();
    if (pipeline.get(REDIAL) != null) {
      throw twoGuards();
    }
    pipeline.addFirst(REDIAL, guard.redialHandler());
    ChannelHandlerContext handler = pipeline.context(CommandHandler.class);
    if (handler == null) {
      return; // not a connection that carries commands
    }
    CommandHandler commandHandler = (CommandHandler) handler.handler();
    GuardedChannel guarded = guard.guard(channel, commandHandler);
    pipeline.addAfter(REDIAL, USAGE, usage(guarded));
    RedisHandshakeHandler handshake = pipeline.get(RedisHandshakeHandler.class);
    if (handshake != null) {
      pipeline.addAfter(USAGE, HANDSHAKE, guard.handshakeWatch(handshake));
    }
    pipeline.addFirst(WIRE, new WireHandler(guarded));
    guarded.listensFor(new Maintenance(guarded, guard.opinions()));
    WriteGate gate = new WriteGate(guarded, handler, guard.opinions());
    LossSettlement settlement = new LossSettlement(guarded, guard);
    pipeline.addBefore(handler.name(), LOSS, new LossHandler(guarded, gate, settlement));
    pipeline.addAfter(handler.name(), GATE, gate);
  }

  LettuceGuard guard() {
    return guard;
  }

  private UsageHandler usage(GuardedChannel guarded) {
    return new UsageHandler(
        usage,
        guarded::causeOfDeath,
        guarded.channel().eventLoop(),
        () -> guarded.ready() && !guarded.endsAsAnnounced());
  }

  private static IllegalStateException twoGuards() {
    return new IllegalStateException(
        "two guards on one channel: the user's NettyCustomizer already installs one; install one"
            + " guard only");
  }
}
