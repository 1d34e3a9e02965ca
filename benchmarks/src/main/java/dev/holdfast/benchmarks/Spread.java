package dev.holdfast.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Median and quartiles of a sample, by linear interpolation between the closest ranks (type 7 of
 * Hyndman and Fan, the default of R and NumPy), with an interval that holds the true median in 95
 * of 100 samples, by the normal approximation to the binomial ranks.
 *
 * @param low the interval's lower end, the least value of a small sample
 * @param high its upper end, the greatest value of a small sample
 */
record Spread(double q1, double median, double q3, double low, double high) {
  private static final double Z_95 = 1.96;

  /**
   * @throws IllegalArgumentException if there is no value
   */
  static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double half = Z_95 * Math.sqrt(sorted.length) / 2;
    int low = (int) Math.floor(sorted.length / 2.0 - half) - 1;
    int high = (int) Math.ceil(sorted.length / 2.0 + half);
    return new Spread(
        quantile(sorted, 0.25),
        quantile(sorted, 0.5),
        quantile(sorted, 0.75),
        sorted[Math.max(0, low)],
        sorted[Math.min(sorted.length - 1, high)]);
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
