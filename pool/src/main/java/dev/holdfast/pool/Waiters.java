package dev.holdfast.pool;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait, first come first served among themselves. A returned connection is not handed to
 * them but free for all, and the first in line is woken: handing over to parked threads is a convoy
 * (0.26 against 110 and more operations a microsecond at 32 threads on 8 connections).
 *
 * <p>No wake-up is lost. A waiter joins the line, then looks for a connection, then parks; a
 * returner frees the connection, then looks at the line: by the order of volatile accesses one sees
 * the other. A waiter that leaves wakes its successor if there is a connection then, so a wake-up
 * sent to one that was just leaving is passed on.
 */
final class Waiters<C> {

  private final ConcurrentLinkedQueue<Waiter<C>> line = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final int most;

  Waiters(int most) {
    this.most = most;
  }

  boolean any() {
    return count.get() != 0;
  }

  int count() {
    return count.get();
  }

  /** False if the line is full. */
  boolean join(Waiter<C> waiter) {
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      return false;
    }
    line.add(waiter);
    return true;
  }

  /** To be followed by waking the next if there is a connection. */
  void leave(Waiter<C> waiter) {
    if (line.remove(waiter)) {
      count.decrementAndGet();
    }
  }

  /** Those in line, first to last; who joins or leaves meanwhile may be among them. */
  Iterable<Waiter<C>> all() {
    return line;
  }

  @Nullable Waiter<C> first() {
    return line.peek();
  }
}
