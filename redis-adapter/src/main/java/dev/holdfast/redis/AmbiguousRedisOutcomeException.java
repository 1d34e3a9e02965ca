package dev.holdfast.redis;

import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.RedisConnectionException;

/**
 * The command may or may not have run, and must not run twice. To code written for Lettuce it is
 * what it would have met without the guard, a lost connection: circuit breakers count it, Spring
 * translates it, {@code catch (RedisException e)} catches it. Its cause is the {@link
 * AmbiguousOutcomeException} that says how far the command got, which {@code
 * AmbiguousOutcomeException.in(thrown)} finds in whatever a client wraps it in; the root cause is
 * Lettuce's own word. Names the command; never a key, a value or an address.
 */
public final class AmbiguousRedisOutcomeException extends RedisConnectionException {

  private static final long serialVersionUID = 1L;

  AmbiguousRedisOutcomeException(AmbiguousOutcomeException outcome) {
    super(Calls.DISCONNECTED + ": " + outcome.getMessage(), Calls.lettuces(outcome));
  }
}
