package dev.holdfast.benchmarks;

/**
 * Which random programs to run.
 *
 * @param steps of all programs together, at least
 * @param seed of the first program
 */
record Sample(long steps, long seed) {
  static final Sample DEFAULT = new Sample(100_000, 1);
}
