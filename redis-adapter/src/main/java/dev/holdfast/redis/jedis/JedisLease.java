package dev.holdfast.redis.jedis;

import dev.holdfast.pool.Lease;
import dev.holdfast.redis.Residue;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * One borrower's hold on a connection. Confined to the borrower.
 *
 * @param losses what becomes of a single command whose connection is lost; null for a unit, whose
 *     borrower does whatever he likes with it
 * @param shown whether Jedis' own pool shows it, and is to hear of its return
 */
record JedisLease(
    JedisConnections pool,
    Lease<GuardedConnection> lease,
    @Nullable JedisLosses losses,
    boolean shown) {

  /** Proven clean it is lent again; else it is closed. Its place is free whatever is found. */
  void giveBack(GuardedConnection connection) {
    boolean over = connection.isBroken() || !connection.isConnected();
    Residue left = null;
    boolean asItWas = false;
    try {
      left = connection.returned();
      asItWas = !over && left == null;
    } catch (JedisConnectionException died) {
      // under the hands of its borrower
    } finally {
      if (asItWas) {
        lease.close();
      } else {
        lease.discard();
      }
    }
    if (left != null && !over) {
      pool.reports().left(left, null);
    }
  }
}
