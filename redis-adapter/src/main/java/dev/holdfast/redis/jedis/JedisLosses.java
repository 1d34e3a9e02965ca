package dev.holdfast.redis.jedis;

import redis.clients.jedis.CommandObject;

/** Runs single commands, and decides what becomes of one whose connection is lost. Thread-safe. */
interface JedisLosses {

  /**
   * Runs a command.
   *
   * @param connection that was borrowed for it
   * @throws redis.clients.jedis.exceptions.JedisException with what is known of it
   */
  <T> T run(GuardedConnection connection, CommandObject<T> call);
}
