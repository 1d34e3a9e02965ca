package dev.holdfast.redis.jedis;

import dev.holdfast.retry.AmbiguousOutcomeException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The command may or may not have run, and must not run twice. To code written for Jedis it is what
 * it would have met without the guard, a lost connection: of the same type, and with the same cause
 * as Jedis' own word, {@link java.net.SocketTimeoutException} say, which it does not have for every
 * loss. The first of its suppressed exceptions is the {@link AmbiguousOutcomeException} that says
 * how far the command got, which {@code AmbiguousOutcomeException.in(thrown)} finds in whatever a
 * client wraps it in. Names the command; never a key, a value or an address.
 */
public final class AmbiguousJedisOutcomeException extends JedisConnectionException {

  private static final long serialVersionUID = 1L;

  AmbiguousJedisOutcomeException(AmbiguousOutcomeException outcome, @Nullable Throwable jedises) {
    super("Connection lost: " + outcome.getMessage(), jedises);
    addSuppressed(outcome);
  }
}
