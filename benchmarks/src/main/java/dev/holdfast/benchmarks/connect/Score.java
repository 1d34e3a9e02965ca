package dev.holdfast.benchmarks.connect;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What became of a contender's connects. Thread-safe while they are made. */
public final class Score {

  private final Times connects = new Times();
  private final Times failures = new Times();
  private final Map<String, Integer> thrown = new TreeMap<>();
  private int dials;

  Score() {}

  synchronized void connected(long nanos) {
    connects.add(nanos);
  }

  synchronized void failed(long nanos, Throwable failure) {
    failures.add(nanos);
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    thrown.merge(root.getClass().getSimpleName(), 1, Integer::sum);
  }

  void dials(int made) {
    dials = made;
  }

  /**
   * The connects that succeeded.
   *
   * @return their times
   */
  public Times connects() {
    return connects;
  }

  /**
   * The connects that failed.
   *
   * @return how long each took to do so
   */
  public Times failures() {
    return failures;
  }

  /**
   * How often each exception was at the root of a failure.
   *
   * @return simple class name to count
   */
  public Map<String, Integer> thrown() {
    return thrown;
  }

  /**
   * SYNs of new sockets; a bare client's are as many as its connects.
   *
   * @return the dials a guard reports, 0 for a bare client
   */
  public int dials() {
    return dials;
  }

  /** Durations. */
  public static final class Times {

    private long[] nanos = new long[256];
    private int count;

    private Times() {}

    private void add(long next) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = next;
    }

    /**
     * How many there are.
     *
     * @return the count
     */
    public int count() {
      return count;
    }

    /**
     * Their mean.
     *
     * @return milliseconds, 0 for none
     */
    public double mean() {
      return Arrays.stream(nanos, 0, count).average().orElse(0) / 1e6;
    }

    /**
     * The least value that as many percent of all do not exceed.
     *
     * @param percent 0 to 100
     * @return milliseconds, 0 for none
     */
    public double at(int percent) {
      if (count == 0) {
        return 0;
      }
      long[] sorted = Arrays.copyOf(nanos, count);
      Arrays.sort(sorted);
      int rank = (int) Math.ceil(percent / 100.0 * count);
      return sorted[Math.max(0, rank - 1)] / 1e6;
    }
  }
}
