package dev.holdfast.redis;

import io.lettuce.core.RedisConnectionException;
import java.util.concurrent.CompletionException;

/**
 * A pool's dial came to nothing. What is said of it is said in the pool's log and in the exceptions
 * of those who waited, so it names classes and Redis's own codes only; what the client threw is the
 * cause.
 */
final class DialException extends RedisConnectionException {

  private static final long serialVersionUID = 1L;

  private DialException(Throwable failure) {
    super(ServerError.classes(failure), failure);
  }

  /** As the pool quotes it: it begins with the class of what the client threw. */
  @Override
  @SuppressWarnings("OverrideThrowableToString")
  public String toString() {
    return String.valueOf(getMessage());
  }

  static RuntimeException of(Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return new DialException(failure);
  }
}
