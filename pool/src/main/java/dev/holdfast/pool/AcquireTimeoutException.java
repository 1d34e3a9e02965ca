package dev.holdfast.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * No connection came free in time. The message says what the pool was busy with; the cause is the
 * last failure to connect, if the last dial failed.
 */
public final class AcquireTimeoutException extends AcquireException {

  private static final long serialVersionUID = 1L;

  /** Of a {@link PoolState}, in its order, for that does not serialize. */
  private final int[] counts;

  AcquireTimeoutException(
      String pool, Duration timeout, PoolState state, @Nullable Throwable lastFailure) {
    super(
        "pool %s: no connection within %d ms: %s; %s"
            .formatted(
                pool,
                timeout.toMillis(),
                state,
                lastFailure == null ? "no connect failed" : "last connect: " + lastFailure));
    this.counts =
        new int[] {
          state.max(),
          state.total(),
          state.idle(),
          state.active(),
          state.connecting(),
          state.proving(),
          state.waiting(),
          state.closing()
        };
    if (lastFailure != null) {
      initCause(lastFailure);
    }
  }

  /**
   * The pool when the time was over.
   *
   * @return the counts of the message
   */
  public PoolState state() {
    return new PoolState(
        counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7]);
  }
}
