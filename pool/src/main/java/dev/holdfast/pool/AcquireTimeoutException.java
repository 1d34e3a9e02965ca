package dev.holdfast.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * No connection came free in time. The message says what the pool was busy with; the cause is the
 * last failure to connect, if the last dial failed.
 */
public final class AcquireTimeoutException extends AcquireException {

  private static final long serialVersionUID = 1L;

  /** At that moment. */
  private final PoolState state;

  AcquireTimeoutException(
      String pool, Duration timeout, PoolState state, @Nullable Throwable lastFailure) {
    super(
        "pool %s: no connection within %d ms: %s; %s"
            .formatted(
                pool,
                timeout.toMillis(),
                state,
                lastFailure == null ? "no connect failed" : "last connect: " + lastFailure));
    this.state = state;
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
    return state;
  }
}
