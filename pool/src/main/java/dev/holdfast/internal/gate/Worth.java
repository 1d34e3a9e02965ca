package dev.holdfast.internal.gate;

import dev.holdfast.gate.Permit;

/**
 * What a connection turned out to be good for. Whoever speaks its protocol fires one of these down
 * the channel's pipeline as a user event; it reaches the {@linkplain Permit gate's books}, and no
 * handler behind.
 */
public enum Worth {
  /** A request was answered. */
  OF_USE,

  /**
   * The other side ended it before it had answered anything: accepting connections is all that it
   * does. Fired when it has ended.
   */
  OF_NO_USE
}
