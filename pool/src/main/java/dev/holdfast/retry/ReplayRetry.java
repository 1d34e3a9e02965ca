package dev.holdfast.retry;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;

/**
 * The replay policy as a Resilience4j {@link Retry}: what may be sent again, how often, and the
 * events a user can subscribe to. Thread-safe.
 *
 * <p>A call that was never sent is not a retry and never comes here: moving it to another
 * connection is its first attempt.
 */
public final class ReplayRetry {

  private final Retry retry;

  private ReplayRetry(Retry retry) {
    this.retry = retry;
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
    return new ReplayRetry(Retry.of(name, config));
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
   * Starts the book of one call, at its first loss.
   *
   * @return the call's attempts
   */
  public Attempts begin() {
    return new Attempts(retry.asyncContext());
  }

  /** The attempts of one call. Confined to one thread at a time. */
  public static final class Attempts {

    private final Retry.AsyncContext<Object> context;

    private Attempts(Retry.AsyncContext<Object> context) {
      this.context = context;
    }

    /**
     * The call was lost.
     *
     * @param lost what is known of it
     * @return whether it may be sent again; where and when is the connection's business
     */
    public boolean mayReplay(LostCall lost) {
      return context.onError(lost) >= 0;
    }

    /** The replayed call was answered. */
    public void answered() {
      context.onComplete();
    }
  }
}
