package dev.holdfast.benchmarks;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param rounds measured rounds of each case
 * @param slice how long one contender runs before the other takes over
 */
record Effort(int rounds, Duration slice) {
  static final Effort DEFAULT = new Effort(150, Duration.ofMillis(50));

  /** The share of one of several blocks of rounds. */
  Effort in(int blocks) {
    return new Effort(Math.max(1, rounds / blocks), slice);
  }

  /** Rounds run first and thrown away: the JIT has settled after about two seconds a contender. */
  int warmUpRounds() {
    return Math.max(2, rounds / 4);
  }
}
