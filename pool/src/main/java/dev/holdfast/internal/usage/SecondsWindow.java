package dev.holdfast.internal.usage;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Counts for each of the last 60 seconds, in a ring; a second without any has no row. Confined to
 * its detector's lock.
 */
final class SecondsWindow {

  static final int SECONDS = 60;

  /** Ages at close by powers of two, from 2^20 ns (1 ms) to 2^43 ns (2.4 h). */
  private static final int AGES = 24;

  private static final int YOUNGEST = 20;
  private static final int OPENS = 0;
  private static final int LOCAL = 1;
  private static final int OTHERS = 2;
  private static final int RETURNED = 3;
  private static final int FIRST_AGE = 4;

  /** What a window adds up to; the age is the middle of its bin, 0 if nothing was closed. */
  record Totals(int opens, int local, int returned, int closes, long medianAgeNanos) {}

  private static final int[] NONE = {};

  private final int[][] ring = new int[SECONDS][];
  private final long origin;
  private long second;

  SecondsWindow(long now) {
    this.origin = now;
    Arrays.fill(ring, NONE);
  }

  /** Clears the seconds that have passed; the number of the present one. */
  long advance(long now) {
    long to = Math.max(second, TimeUnit.NANOSECONDS.toSeconds(now - origin));
    for (long next = Math.max(second + 1, to - SECONDS + 1); next <= to; next++) {
      ring[place(next)] = NONE;
    }
    second = to;
    return second;
  }

  void opened() {
    row(second)[OPENS]++;
  }

  /** One of those opened lately came to nothing; over a window it is taken off. */
  void refused() {
    row(second)[OPENS]--;
  }

  /** The latest close was turned into a return. */
  void returned() {
    row(second)[RETURNED]++;
  }

  void closed(long ageNanos, boolean local) {
    int[] row = row(second);
    row[local ? LOCAL : OTHERS]++;
    int power = 63 - Long.numberOfLeadingZeros(Math.max(1, ageNanos));
    row[FIRST_AGE + Math.max(0, Math.min(AGES - 1, power - YOUNGEST))]++;
  }

  Totals last(int seconds) {
    int[] sum = new int[FIRST_AGE + AGES];
    for (long one = Math.max(0, second - seconds + 1); one <= second; one++) {
      int[] row = ring[place(one)];
      for (int i = 0; i < row.length; i++) {
        sum[i] += row[i];
      }
    }
    int closes = sum[LOCAL] + sum[OTHERS];
    return new Totals(sum[OPENS], sum[LOCAL], sum[RETURNED], closes, median(sum, closes));
  }

  private static long median(int[] sum, int closes) {
    int seen = 0;
    for (int i = 0; closes > 0 && i < AGES; i++) {
      seen += sum[FIRST_AGE + i];
      if (2 * seen >= closes) {
        return (long) (Math.sqrt(2) * (1L << (YOUNGEST + i)));
      }
    }
    return 0;
  }

  private int[] row(long number) {
    int[] row = ring[place(number)];
    if (row.length == 0) {
      row = new int[FIRST_AGE + AGES];
      ring[place(number)] = row;
    }
    return row;
  }

  private static int place(long number) {
    return (int) (number % SECONDS);
  }
}
