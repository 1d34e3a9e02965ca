package dev.holdfast.redis.jedis;

import dev.holdfast.retry.AmbiguousOutcomeException;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The command may or may not have run, and must not run twice. To code written for Jedis it is what
 * it would have met without the guard, a lost connection. Its cause is the {@link
 * AmbiguousOutcomeException} that says how far the command got, which {@code
 * AmbiguousOutcomeException.in(thrown)} finds in whatever a client wraps it in; the root cause is
 * Jedis' own word. Names the command; never a key, a value or an address.
 */
public final class AmbiguousJedisOutcomeException extends JedisConnectionException {

  private static final long serialVersionUID = 1L;

  AmbiguousJedisOutcomeException(AmbiguousOutcomeException outcome) {
    super("Connection lost: " + outcome.getMessage(), outcome);
  }
}
