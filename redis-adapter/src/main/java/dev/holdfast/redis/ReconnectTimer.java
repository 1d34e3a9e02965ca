package dev.holdfast.redis;

import io.lettuce.core.protocol.ConnectionWatchdog;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutorGroup;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The user's timer, except that a reconnect meant to happen at once does. Lettuce asks for its
 * first one after 1 ms; the wheel timer it asks turns every 100 ms ({@code
 * DefaultClientResources}), so calls that wait for the connection would wait for up to 100 ms more,
 * 50 on average. After connections that were of no use it comes as late as {@link ReconnectPace}
 * says. Longer delays, and everything else Lettuce times, stay with the user's timer; but those
 * that sleep are woken once their server is known to accept connections again. Thread-safe.
 */
final class ReconnectTimer implements Timer {

  /** Lettuce's first delay; the second is twice that and back-off has begun. */
  private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** They wake over a time, so that a server that has just come back is not met by all at once. */
  private static final long STAGGER_MILLIS = 500;

  /** A few are no crowd, and who listens among them misses what is said meanwhile. */
  private static final long STAGGER_MILLIS_EACH = 10;

  private final Timer users;
  private final EventExecutorGroup executors;
  private final Set<Reconnect> sleeping = ConcurrentHashMap.newKeySet();

  ReconnectTimer(Timer users, EventExecutorGroup executors) {
    this.users = users;
    this.executors = executors;
  }

  @Override
  public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
    if (!isReconnect(task)) {
      return users.newTimeout(task, delay, unit);
    }
    SocketAddress where = Asleep.take();
    long least = ReconnectPace.leastMillis();
    if (least > unit.toMillis(delay)) {
      return users.newTimeout(task, least, TimeUnit.MILLISECONDS);
    }
    if (unit.toNanos(delay) > AT_ONCE_NANOS) {
      return sleep(new Reconnect(this, task, where), delay, unit);
    }
    Reconnect reconnect = new Reconnect(this, task, where);
    executors.schedule(reconnect, delay, unit);
    return reconnect;
  }

  private Timeout sleep(Reconnect reconnect, long delay, TimeUnit unit) {
    sleeping.add(reconnect);
    reconnect.inner = users.newTimeout(inner -> reconnect.call(), delay, unit);
    return reconnect;
  }

  /** A connection to that address was made: those that sleep need not any more. */
  void wake(SocketAddress connected) {
    if (!sleeping.isEmpty()) {
      long over = Math.min(STAGGER_MILLIS, 1 + STAGGER_MILLIS_EACH * sleeping.size());
      sleeping.removeIf(reconnect -> wakes(reconnect, connected, over));
    }
  }

  private boolean wakes(Reconnect reconnect, SocketAddress connected, long overMillis) {
    if (reconnect.where == null || !Asleep.same(reconnect.where, connected)) {
      return false;
    }
    long wait = ThreadLocalRandom.current().nextLong(overMillis);
    executors.schedule(reconnect, wait, TimeUnit.MILLISECONDS);
    return true;
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

    private final ReconnectTimer timer;
    private final TimerTask task;
    private final @Nullable SocketAddress where;
    private volatile @Nullable Timeout inner;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    /**
     * @param where it leads; null if that is not known
     */
    Reconnect(ReconnectTimer timer, TimerTask task, @Nullable SocketAddress where) {
      this.timer = timer;
      this.task = task;
      this.where = where;
    }

    @Override
    @SuppressWarnings("NullAway") // Callable<Void> has no other value
    public Void call() throws Exception {
      if (ends(State.EXPIRED)) {
        task.run(this);
      }
      return null;
    }

    private boolean ends(State how) {
      if (!state.compareAndSet(State.WAITING, how)) {
        return false;
      }
      timer.sleeping.remove(this);
      Timeout waiting = inner;
      if (waiting != null) {
        waiting.cancel();
      }
      return true;
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
      return ends(State.CANCELLED);
    }
  }
}
