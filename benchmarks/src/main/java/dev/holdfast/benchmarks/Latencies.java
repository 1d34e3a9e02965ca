package dev.holdfast.benchmarks;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long operations took, in buckets an eighth of a power of two wide; a quantile is exact to
 * about 9 %. Thread-safe, and cheap beside a round trip.
 */
final class Latencies {
  private static final int PER_DOUBLING = 8;
  private static final int BITS = 3;

  private final AtomicLongArray buckets = new AtomicLongArray(64 * PER_DOUBLING);

  void add(long nanos) {
    buckets.incrementAndGet(bucket(Math.max(nanos, PER_DOUBLING)));
  }

  void clear() {
    for (int i = 0; i < buckets.length(); i++) {
      buckets.set(i, 0);
    }
  }

  /**
   * How long so large a share of the operations took at most.
   *
   * @param quantile for example 0.99
   * @return the middle of its bucket, in nanoseconds; 0 if nothing was added
   */
  double quantile(double quantile) {
    long all = 0;
    for (int i = 0; i < buckets.length(); i++) {
      all += buckets.get(i);
    }
    long rank = (long) Math.ceil(quantile * all);
    long seen = 0;
    for (int i = 0; i < buckets.length(); i++) {
      seen += buckets.get(i);
      if (all > 0 && seen >= rank) {
        return (lower(i) + lower(i + 1)) / 2;
      }
    }
    return 0;
  }

  private static int bucket(long nanos) {
    int doubling = 63 - Long.numberOfLeadingZeros(nanos);
    int eighth = (int) (nanos >>> (doubling - BITS)) & (PER_DOUBLING - 1);
    return doubling * PER_DOUBLING + eighth;
  }

  private static double lower(int bucket) {
    return Math.pow(2, Math.floorDiv(bucket, PER_DOUBLING))
        * (1 + (double) (bucket % PER_DOUBLING) / PER_DOUBLING);
  }
}
