package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.BlockingDialler;
import dev.holdfast.internal.dial.ConnectListener;
import dev.holdfast.path.ConnectionPlan;

/**
 * How a guard dials over its paths. Thread-safe.
 *
 * @param direct where another dial reaches the same server
 * @param balanced where it may reach another one
 */
public record Diallers(BlockingDialler direct, BlockingDialler balanced) {

  /**
   * Diallers of one guard.
   *
   * @param settings of the guard
   * @param listener hears of every connect, on the thread that connects
   * @return the diallers
   */
  public static Diallers of(SocketSettings settings, ConnectListener listener) {
    return new Diallers(of(settings, false, listener), of(settings, true, listener));
  }

  private static BlockingDialler of(
      SocketSettings settings, boolean balanced, ConnectListener listener) {
    return new BlockingDialler(
        settings.redialling().onPath(balanced), listener, settings.gate(), settings.budgets());
  }

  /**
   * How to dial over one path.
   *
   * @param plan of the path
   * @return its dialler
   */
  public BlockingDialler over(ConnectionPlan plan) {
    return plan.path().balanced() ? balanced : direct;
  }
}
