package dev.holdfast.redis;

import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.RedisConnectionException;

/**
 * The command certainly did not run and was not moved to another connection: repeating it is safe.
 * To code written for Lettuce it is a lost connection, as an {@link AmbiguousRedisOutcomeException}
 * is. Its cause is the {@link NotExecutedException} that says why, which {@code
 * NotExecutedException.in(thrown)} finds in whatever a client wraps it in.
 */
public final class RedisNotExecutedException extends RedisConnectionException {

  private static final long serialVersionUID = 1L;

  RedisNotExecutedException(NotExecutedException outcome) {
    super(Calls.DISCONNECTED + ": " + outcome.getMessage(), Calls.lettuces(outcome));
  }
}
