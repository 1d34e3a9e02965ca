package dev.holdfast.redis;

import dev.holdfast.internal.dial.RedialEventLoopGroup;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The user's event loop groups, each behind a {@link RedialEventLoopGroup} where Lettuce takes NIO.
 */
final class RedialGroups implements EventLoopGroupProvider {

  private final EventLoopGroupProvider users;

  private RedialGroups(EventLoopGroupProvider users) {
    this.users = users;
  }

  /** Native epoll redials on its own socket and keeps its groups as they are. */
  static EventLoopGroupProvider over(EventLoopGroupProvider users) {
    return EpollProvider.isAvailable() ? users : new RedialGroups(users);
  }

  /** Lettuce takes any event loop group, though it asks for a class. */
  @Override
  @SuppressWarnings("unchecked")
  public <T extends EventLoopGroup> T allocate(Class<T> type) {
    EventLoopGroup group = new RedialEventLoopGroup(users.allocate(type));
    return (T) group;
  }

  @Override
  public Future<Boolean> release(
      EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
    EventExecutorGroup own = group instanceof RedialEventLoopGroup redial ? redial.users() : group;
    return users.release(own, quietPeriod, timeout, unit);
  }

  @Override
  public int threadPoolSize() {
    return users.threadPoolSize();
  }

  @Override
  public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit timeUnit) {
    return users.shutdown(quietPeriod, timeout, timeUnit);
  }
}
