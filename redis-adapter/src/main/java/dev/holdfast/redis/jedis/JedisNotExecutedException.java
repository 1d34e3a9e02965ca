package dev.holdfast.redis.jedis;

import dev.holdfast.retry.NotExecutedException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The command certainly did not run and was not moved to another connection: repeating it is safe.
 * To code written for Jedis it is a lost connection, as an {@link AmbiguousJedisOutcomeException}
 * is. The first of its suppressed exceptions is the {@link NotExecutedException} that says why,
 * which {@code NotExecutedException.in(thrown)} finds in whatever a client wraps it in.
 */
public final class JedisNotExecutedException extends JedisConnectionException {

  private static final long serialVersionUID = 1L;

  JedisNotExecutedException(NotExecutedException outcome, @Nullable Throwable jedises) {
    super("Connection lost: " + outcome.getMessage(), jedises);
    addSuppressed(outcome);
  }
}
