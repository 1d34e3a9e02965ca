package dev.holdfast.pool;

/**
 * A connection on loan. It may be handed to another thread, but is used by one at a time. To be
 * closed once.
 *
 * <p>A lease is one of sixteen handles that its connection uses in turn, so that a borrow allocates
 * nothing. Use after return is refused while any other handle is out or none; that is, always but
 * for one time in sixteen under constant use. With {@link PoolBuilder#exactLeases()} it always is.
 *
 * @param <C> the connection
 */
public sealed interface Lease<C> extends AutoCloseable permits SlotLease {

  /**
   * The connection.
   *
   * @return always the same one
   * @throws IllegalStateException if the lease was returned
   */
  C connection();

  /**
   * Counts requests beyond the one that every lease stands for.
   *
   * @param more how many more, at least 0
   * @throws IllegalStateException if the lease was returned
   */
  void countRequests(int more);

  /**
   * Gives the connection up: it is closed and never lent again.
   *
   * @throws IllegalStateException if the lease was returned
   */
  void discard();

  /**
   * Returns the connection.
   *
   * @throws IllegalStateException if the lease was returned before
   */
  @Override
  void close();
}
