package dev.holdfast.pool;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One who waits for a connection. It ends in one way only: a lease handed to it, a failure, or its
 * own leaving, whichever is set first.
 */
abstract class Waiter<C> {

  /** How a wait ended. */
  sealed interface End<C> {
    /** Handed over. */
    record Served<C>(SlotLease<C> lease) implements End<C> {}

    /** Found one itself, ran out of time or was cancelled. */
    record Gone<C>() implements End<C> {}

    /** The pool was closed. */
    record Failed<C>(RuntimeException cause) implements End<C> {}
  }

  private final AtomicReference<End<C>> end = new AtomicReference<>();

  /** Woken and beaten to it by others for too long: the next connection is handed to it. */
  private volatile boolean starving;

  /** Tells it to look again. Returns at once. */
  abstract void wake();

  /** When the {@link Alarm} is to wake it; never, if it sees to that itself. */
  long deadline() {
    return Long.MAX_VALUE;
  }

  @Nullable End<C> end() {
    return end.get();
  }

  boolean end(End<C> how) {
    return end.compareAndSet(null, how);
  }

  final boolean starving() {
    return starving;
  }

  final void starve() {
    starving = true;
  }
}
