package dev.holdfast.benchmarks;

import java.util.List;

/**
 * What is drawn at random.
 *
 * @param steps of all programs together, at least
 * @param seed of the first program, or of the faults
 * @param faults names of those to draw from, all if there are none
 */
record Sample(long steps, long seed, List<String> faults) {
  static final Sample DEFAULT = new Sample(100_000, 1, List.of());
}
