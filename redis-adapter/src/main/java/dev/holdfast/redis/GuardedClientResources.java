package dev.holdfast.redis;

import dev.holdfast.internal.report.EndpointUses;
import dev.holdfast.retry.BackOff;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.EventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.DnsResolver;
import io.lettuce.core.resource.DnsResolvers;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.SocketAddressResolver;
import io.lettuce.core.tracing.Tracing;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The user's resources with the guard's customizer in their place. {@link ClientResources#mutate()}
 * would not do: it makes a new event loop group, so the user's own is dropped and nobody shuts the
 * old one down. Here the user's resources stay what they are, and shutting these down shuts those
 * down.
 */
final class GuardedClientResources implements ClientResources {

  private final ClientResources users;
  private final NettyCustomizer customizer;
  private final EventLoopGroupProvider groups;
  private final ReconnectTimer timer;
  private final EventBus events;
  private final @Nullable BackOff backOff;
  private final EndpointUses uses;

  GuardedClientResources(
      ClientResources users,
      NettyCustomizer customizer,
      @Nullable BackOff backOff,
      EndpointUses uses) {
    this.users = users;
    this.customizer = customizer;
    this.groups =
        new ClientGroups(RedialGroups.over(users.eventLoopGroupProvider()), uses::withdraw);
    this.timer = new ReconnectTimer(users.timer(), users.eventExecutorGroup());
    this.events = new ReconnectEvents(users.eventBus());
    this.backOff = backOff;
    this.uses = uses;
    // For those who shut the user's own resources down instead of these.
    users.eventExecutorGroup().terminationFuture().addListener(ended -> uses.close());
  }

  /** Where reconnects sleep. */
  ReconnectTimer reconnects() {
    return timer;
  }

  @Override
  public NettyCustomizer nettyCustomizer() {
    return customizer;
  }

  @Override
  public Builder mutate() {
    return users.mutate().nettyCustomizer(customizer);
  }

  @Override
  public Future<Boolean> shutdown() {
    uses.close();
    return users.shutdown();
  }

  @Override
  public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit timeUnit) {
    uses.close();
    return users.shutdown(quietPeriod, timeout, timeUnit);
  }

  @Override
  public AddressResolverGroup<?> addressResolverGroup() {
    return users.addressResolverGroup();
  }

  @Override
  public EventPublisherOptions commandLatencyPublisherOptions() {
    return users.commandLatencyPublisherOptions();
  }

  @Override
  public CommandLatencyRecorder commandLatencyRecorder() {
    return users.commandLatencyRecorder();
  }

  @Override
  public int computationThreadPoolSize() {
    return users.computationThreadPoolSize();
  }

  @Override
  public EventBus eventBus() {
    return events;
  }

  @Override
  public EventLoopGroupProvider eventLoopGroupProvider() {
    return groups;
  }

  @Override
  public EventExecutorGroup eventExecutorGroup() {
    return users.eventExecutorGroup();
  }

  @Override
  public int ioThreadPoolSize() {
    return users.ioThreadPoolSize();
  }

  @Override
  public Delay reconnectDelay() {
    return backOff == null ? users.reconnectDelay() : new BackOffDelay(backOff);
  }

  @Override
  public SocketAddressResolver socketAddressResolver() {
    return users.socketAddressResolver();
  }

  @Override
  public Timer timer() {
    return timer;
  }

  @Override
  public Tracing tracing() {
    return users.tracing();
  }

  /**
   * Asked for by Lettuce 6.8 only, whose default this is; the user's own resolver is already part
   * of {@link #socketAddressResolver()}.
   */
  @SuppressWarnings({"deprecation", "MissingOverride", "InlineMeSuggester"})
  public DnsResolver dnsResolver() {
    return DnsResolvers.UNRESOLVED;
  }
}
