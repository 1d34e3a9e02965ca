package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;

/**
 * What the owner of one connection tells the pool about it, at any time and from any thread: an
 * event loop that reads a FIN marks the connection, and from then on no borrow can take it. Never
 * blocks. What comes after the connection's end is ignored.
 */
public interface Liveness {

  /**
   * The connection is dead. Idle, it is closed at once; lent, when its borrower returns it.
   *
   * @param cause what was seen
   */
  void dead(Cause cause);

  /** The connection must be proved before it is lent again. */
  void suspect();

  /**
   * Payload was sent or received. Needed only for connections that are lent for longer than a
   * second: without it those count as idle since they were acquired.
   */
  void traffic();
}
