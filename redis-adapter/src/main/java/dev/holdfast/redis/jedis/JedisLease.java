package dev.holdfast.redis.jedis;

import dev.holdfast.pool.Lease;
import dev.holdfast.redis.Residue;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * One borrower's hold on a connection. Confined to the borrower.
 *
 * @param single whether it is for one command, which may be sent over another connection instead
 * @param shown whether Jedis' own pool shows it, and is to hear of its return
 */
record JedisLease(
    JedisConnections pool, Lease<GuardedConnection> lease, boolean single, boolean shown) {

  JedisCalls calls() {
    return pool.calls();
  }

  /** Proven clean it is lent again; else it is closed. */
  void giveBack(GuardedConnection connection) {
    if (connection.isBroken() || !connection.isConnected()) {
      connection.returned();
      lease.discard();
      return;
    }
    Residue left;
    try {
      left = connection.returned();
    } catch (JedisConnectionException died) {
      lease.discard();
      return;
    }
    if (left == null) {
      lease.close();
    } else {
      pool.reports().left(left, null);
      lease.discard();
    }
  }
}
