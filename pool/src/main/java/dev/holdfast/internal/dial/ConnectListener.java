package dev.holdfast.internal.dial;

import dev.holdfast.dial.ConnectReport;

/** Hears of every connect. */
@FunctionalInterface
public interface ConnectListener {

  /**
   * A connect is about to send its first SYN. Runs on the channel's event loop: it must be quick
   * and must not block. What it throws is logged and changes nothing.
   */
  default void begins() {}

  /**
   * A connect has ended. Runs on the channel's event loop: it must be quick and must not block.
   * What it throws is logged and changes nothing.
   *
   * @param report what happened
   */
  void ended(ConnectReport report);
}
