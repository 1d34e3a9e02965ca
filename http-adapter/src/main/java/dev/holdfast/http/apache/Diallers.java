package dev.holdfast.http.apache;

import dev.holdfast.dial.BlockingDialler;
import dev.holdfast.dial.ConnectListener;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.path.ConnectionPlan;

/**
 * How a guard dials over its paths. Thread-safe.
 *
 * @param direct where another dial reaches the same server
 * @param balanced where it may reach another one
 */
record Diallers(BlockingDialler direct, BlockingDialler balanced) {

  static Diallers of(HttpGuardSettings settings, ConnectListener listener) {
    return new Diallers(of(settings, false, listener), of(settings, true, listener));
  }

  private static BlockingDialler of(
      HttpGuardSettings settings, boolean balanced, ConnectListener listener) {
    return new BlockingDialler(
        settings.redialling(balanced), listener, settings.gate(), settings.replay().budgets());
  }

  BlockingDialler over(ConnectionPlan plan) {
    return plan.path().balanced() ? balanced : direct;
  }
}
