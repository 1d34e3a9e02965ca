package dev.holdfast.internal.retry;

import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;

/**
 * The replay policy as a Resilience4j {@link Retry}: what may be sent again, how often, and the
 * events a user can subscribe to. Thread-safe.
 *
 * <p>A call that was never sent is not a retry and never comes here: moving it to another
 * connection is its first attempt.
 *
 * <p>All replays towards one address share its {@link RetryBudget} with the redials of its
 * connects.
 */
public final class ReplayRetry {

  private final Retry retry;
  private final boolean stateIdempotentToo;
  private final RetryBudgets budgets = new RetryBudgets(System::nanoTime);

  private ReplayRetry(Retry retry, boolean stateIdempotentToo) {
    this.retry = retry;
    this.stateIdempotentToo = stateIdempotentToo;
  }

  /**
   * Builds the policy.
   *
   * @param name the Resilience4j instance's name
   * @param maxAttempts how often one call may be sent in all, at least 1; 1 never replays
   * @param stateIdempotentToo whether {@link ReplaySafety#STATE_IDEMPOTENT} calls are replayed
   * @return the policy
   * @throws IllegalArgumentException if {@code maxAttempts} is below 1
   */
  public static ReplayRetry of(String name, int maxAttempts, boolean stateIdempotentToo) {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "maxAttempts " + maxAttempts + " is below 1: the first sending counts as an attempt");
    }
    RetryConfig config =
        RetryConfig.custom()
            .maxAttempts(maxAttempts)
            .intervalFunction(IntervalFunction.of(1))
            .retryOnException(
                thrown -> thrown instanceof LostCall lost && mayReplay(lost, stateIdempotentToo))
            .build();
    return new ReplayRetry(Retry.of(name, config), stateIdempotentToo);
  }

  private static boolean mayReplay(LostCall lost, boolean stateIdempotentToo) {
    if (lost.delivery() == Delivery.ANSWERED_IN_PART) {
      return false; // the client's output already holds the first part; a second run would append
    }
    return switch (lost.safety()) {
      case SAFE -> true;
      case STATE_IDEMPOTENT -> stateIdempotentToo;
      case UNSAFE -> false;
    };
  }

  /**
   * The Resilience4j instance, for its events and counters.
   *
   * @return the instance
   */
  public Retry retry() {
    return retry;
  }

  /**
   * What repetitions may cost each address.
   *
   * @return to be shared with whatever dials
   */
  public RetryBudgets budgets() {
    return budgets;
  }

  /**
   * Starts the book of one call, at its first loss, towards an address that is not known.
   *
   * @return the call's attempts
   */
  public Attempts begin() {
    return begin("");
  }

  /**
   * Starts the book of one call, at its first loss.
   *
   * @param remote where its connection led
   * @return the call's attempts
   */
  public Attempts begin(Object remote) {
    return new Attempts(budgets.of(remote));
  }

  /** The attempts of one call. Confined to one thread at a time. */
  public final class Attempts {

    private final Retry.AsyncContext<Object> context = retry.asyncContext();
    private final RetryBudget budget;
    private int replays;

    private Attempts(RetryBudget budget) {
      this.budget = budget;
    }

    /**
     * The call was lost.
     *
     * @param lost what is known of it
     * @return whether it may be sent again; where and when is the connection's business
     */
    public boolean mayReplay(LostCall lost) {
      boolean due =
          ReplayRetry.mayReplay(lost, stateIdempotentToo)
              && replays + 1 < retry.getRetryConfig().getMaxAttempts();
      if ((due && !budget.allowsReplay()) || context.onError(lost) < 0) {
        return false;
      }
      replays++;
      return true;
    }

    /**
     * Whether the call was sent again.
     *
     * @return true from the first replay on
     */
    public boolean replayed() {
      return replays > 0;
    }

    /** The replayed call was answered. */
    public void answered() {
      if (replayed()) {
        budget.replayAnswered();
      }
      context.onComplete();
    }
  }
}
