package dev.holdfast.benchmarks.storm;

/** Events counted by the second in which they fall. */
final class PerSecond {
  private long second;
  private long inSecond;
  private long peak;
  private long total;

  /** Instants, in microseconds, must not go back. */
  void count(long now) {
    if (now / 1_000_000 != second) {
      second = now / 1_000_000;
      inSecond = 0;
    }
    total++;
    peak = Math.max(peak, ++inSecond);
  }

  long peak() {
    return peak;
  }

  long total() {
    return total;
  }
}
