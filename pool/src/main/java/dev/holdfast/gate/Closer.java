package dev.holdfast.gate;

/**
 * Who ended a connection. It decides where {@code TIME_WAIT} is left: with whoever sends the first
 * FIN; a reset leaves none on either side.
 */
public enum Closer {
  /** This side sent the first FIN: the source port stays taken for the hold of the budget. */
  LOCAL,
  /** The peer's FIN was read first: the source port is free at once. */
  REMOTE,
  /**
   * The peer's RST, or a path so dead that the kernel gave up: the source port is free at once.
   * Several together say that the endpoint was lost.
   */
  RESET,
  /** This side sent the RST (closing with linger 0): the source port is free at once. */
  ABORT
}
