package dev.holdfast.redis;

import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loop groups of the guarded clients. A client asks for one with its first connect and
 * releases it when it is shut down, which is all that its resources hear of its end. Thread-safe.
 */
final class ClientGroups implements EventLoopGroupProvider {

  private final EventLoopGroupProvider groups;
  private final Runnable onLastReleased;
  private final AtomicInteger held = new AtomicInteger();

  /**
   * @param onLastReleased runs when none of the clients that had connected is left
   */
  ClientGroups(EventLoopGroupProvider groups, Runnable onLastReleased) {
    this.groups = groups;
    this.onLastReleased = onLastReleased;
  }

  @Override
  public <T extends EventLoopGroup> T allocate(Class<T> type) {
    T group = groups.allocate(type);
    held.incrementAndGet();
    return group;
  }

  @Override
  public Future<Boolean> release(
      EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
    if (held.decrementAndGet() <= 0) {
      onLastReleased.run();
    }
    return groups.release(group, quietPeriod, timeout, unit);
  }

  @Override
  public int threadPoolSize() {
    return groups.threadPoolSize();
  }

  @Override
  public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit timeUnit) {
    return groups.shutdown(quietPeriod, timeout, timeUnit);
  }
}
