package dev.holdfast.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Median and quartiles of a sample, by linear interpolation between the closest ranks (type 7 of
 * Hyndman and Fan, the default of R and NumPy).
 */
record Spread(double q1, double median, double q3) {
  /**
   * @throws IllegalArgumentException if there is no value
   */
  static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
  }

  static <T> Spread of(List<T> samples, ToDoubleFunction<T> value) {
    return of(samples.stream().mapToDouble(value).toArray());
  }

  private static double quantile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }
}
