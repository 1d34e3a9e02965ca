package dev.holdfast.redis;

import io.lettuce.core.protocol.ConnectionWatchdog;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The user's timer, except that a reconnect meant to happen at once does. Lettuce asks for its
 * first one after 1 ms; the wheel timer it asks turns every 100 ms ({@code
 * DefaultClientResources}), so calls that wait for the connection would wait for up to 100 ms more,
 * 50 on average. After connections that were of no use it comes as late as {@link ReconnectPace}
 * says. Longer delays, and everything else Lettuce times, stay with the user's timer. Thread-safe.
 */
final class ReconnectTimer implements Timer {

  /** Lettuce's first delay; the second is twice that and back-off has begun. */
  private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Timer users;
  private final EventExecutorGroup executors;

  ReconnectTimer(Timer users, EventExecutorGroup executors) {
    this.users = users;
    this.executors = executors;
  }

  @Override
  public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
    if (!isReconnect(task)) {
      return users.newTimeout(task, delay, unit);
    }
    long least = ReconnectPace.leastMillis();
    if (least > unit.toMillis(delay)) {
      return users.newTimeout(task, least, TimeUnit.MILLISECONDS);
    }
    if (unit.toNanos(delay) > AT_ONCE_NANOS) {
      return users.newTimeout(task, delay, unit);
    }
    Reconnect reconnect = new Reconnect(this, task);
    executors.schedule(reconnect, delay, unit);
    return reconnect;
  }

  /** A lambda's class is named after the class it is written in. */
  private static boolean isReconnect(TimerTask task) {
    return task.getClass().getName().startsWith(ConnectionWatchdog.class.getName());
  }

  @Override
  public Set<Timeout> stop() {
    return users.stop();
  }

  private static final class Reconnect implements Timeout, Callable<Void> {

    private enum State {
      WAITING,
      EXPIRED,
      CANCELLED
    }

    private final Timer timer;
    private final TimerTask task;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    Reconnect(Timer timer, TimerTask task) {
      this.timer = timer;
      this.task = task;
    }

    @Override
    @SuppressWarnings("NullAway") // Callable<Void> has no other value
    public Void call() throws Exception {
      if (state.compareAndSet(State.WAITING, State.EXPIRED)) {
        task.run(this);
      }
      return null;
    }

    @Override
    public Timer timer() {
      return timer;
    }

    @Override
    public TimerTask task() {
      return task;
    }

    @Override
    public boolean isExpired() {
      return state.get() == State.EXPIRED;
    }

    @Override
    public boolean isCancelled() {
      return state.get() == State.CANCELLED;
    }

    @Override
    public boolean cancel() {
      return state.compareAndSet(State.WAITING, State.CANCELLED);
    }
  }
}
