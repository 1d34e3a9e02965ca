package dev.holdfast.redis.jedis;

import dev.holdfast.retry.NotExecutedException;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The command certainly did not run and was not moved to another connection: repeating it is safe.
 * To code written for Jedis it is a lost connection, as an {@link AmbiguousJedisOutcomeException}
 * is. Its cause is the {@link NotExecutedException} that says why, which {@code
 * NotExecutedException.in(thrown)} finds in whatever a client wraps it in.
 */
public final class JedisNotExecutedException extends JedisConnectionException {

  private static final long serialVersionUID = 1L;

  JedisNotExecutedException(NotExecutedException outcome) {
    super("Connection lost: " + outcome.getMessage(), outcome);
  }
}
