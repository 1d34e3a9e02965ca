package dev.holdfast.redis.jedis;

import dev.holdfast.internal.socket.Death;
import dev.holdfast.retry.Delivery;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The connection of a single command was lost before its answer was complete. Reaches no caller.
 */
final class LostJedisConnection extends JedisConnectionException {

  private static final long serialVersionUID = 1L;

  private final transient Death death;
  private final transient JedisConnectionException word;
  private final Delivery delivery;

  LostJedisConnection(Death death, Delivery delivery, JedisConnectionException word) {
    super(String.valueOf(word.getMessage()), word);
    this.death = death;
    this.word = word;
    this.delivery = delivery;
  }

  Death death() {
    return death;
  }

  /** Jedis' own. */
  JedisConnectionException word() {
    return word;
  }

  Delivery delivery() {
    return delivery;
  }

  /** The same of a call that was sent before, whatever became of it this time. */
  LostJedisConnection sent() {
    return delivery == Delivery.NEVER_SENT
        ? new LostJedisConnection(death, Delivery.SENT_UNANSWERED, word)
        : this;
  }
}
