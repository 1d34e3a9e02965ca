package dev.holdfast.redis.kernel;

import java.util.Locale;

/** What a test measured, for people: it goes to the test's output and decides nothing. */
public final class Figures {

  private Figures() {}

  public static void print(String scenario, String format, Object... values) {
    System.out.printf(Locale.ROOT, "[kernel-lab] %s: " + format + "%n", prepend(scenario, values));
  }

  public static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  private static Object[] prepend(String first, Object[] rest) {
    Object[] all = new Object[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
