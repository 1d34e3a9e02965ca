package dev.holdfast.benchmarks.storm;

import io.github.resilience4j.core.IntervalFunction;

/** Every connection for itself, waiting before each attempt. */
final class BackingOff implements Reconnect {
  private final IntervalFunction waits;
  private final int[] attempts;

  BackingOff(int connections, IntervalFunction waits) {
    this.waits = waits;
    this.attempts = new int[connections];
  }

  @Override
  public long lost(int connection) {
    attempts[connection] = 1;
    return 1_000 * waits.apply(1);
  }

  @Override
  public long ask(int connection) {
    return 0;
  }

  @Override
  public void connected(int connection) {}

  @Override
  public long failed(int connection) {
    return 1_000 * waits.apply(++attempts[connection]);
  }
}
