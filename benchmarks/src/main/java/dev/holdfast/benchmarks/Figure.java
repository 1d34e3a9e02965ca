package dev.holdfast.benchmarks;

/**
 * One measured value.
 *
 * @param benchmark the case, as {@code redis-sync-get}
 * @param contender {@code bare}, {@code guarded}, or {@code guarded/bare} for a comparison
 * @param threads calling threads
 * @param metric what was measured, as {@code throughput}
 * @param value the value, finite
 * @param unit its unit, {@code 1} for a ratio
 */
record Figure(
    String benchmark, String contender, int threads, String metric, double value, String unit) {
  static final String BARE = "bare";
  static final String GUARDED = "guarded";

  /** Contender of the comparisons between the two. */
  static final String COMPARED = "guarded/bare";

  Figure {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s of %s in %s is %s".formatted(metric, contender, benchmark, value));
    }
  }
}
