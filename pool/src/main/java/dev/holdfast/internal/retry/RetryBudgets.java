package dev.holdfast.internal.retry;

import dev.holdfast.internal.bounded.LruMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The {@link RetryBudget} of each address that one guard dials; the least recently used is
 * forgotten, and so begins full again, when more than 1024 are known. Thread-safe.
 */
public final class RetryBudgets {

  private static final int MOST = 1024;

  private final LongSupplier nanoTime;
  private volatile Consumer<RetryBudget.Kind> listener = kind -> {};
  private final Map<Object, RetryBudget> known = new LruMap<>(MOST);

  /**
   * Full buckets for all.
   *
   * @param nanoTime the clock, {@link System#nanoTime} outside tests
   */
  public RetryBudgets(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * The budget of one address.
   *
   * @param remote the address, compared by {@code equals}
   * @return always the same one, while it is remembered
   */
  public RetryBudget of(Object remote) {
    synchronized (known) {
      return known.computeIfAbsent(remote, first -> new RetryBudget(nanoTime, this::withheld));
    }
  }

  /**
   * The same for calls that a server declines to run. It has a bucket of its own: a server that
   * declines some calls answers others, and its connections are well.
   *
   * @param remote the address, compared by {@code equals}
   * @return always the same one, while it is remembered
   */
  public RetryBudget ofDeclined(Object remote) {
    return of(new Declining(remote));
  }

  private record Declining(Object remote) {}

  private void withheld(RetryBudget.Kind kind) {
    listener.accept(kind);
  }

  /**
   * Has each repetition told that is withheld.
   *
   * @param told must be quick and must not throw; one, the last that was given
   */
  public void onWithheld(Consumer<RetryBudget.Kind> told) {
    listener = told;
  }
}
