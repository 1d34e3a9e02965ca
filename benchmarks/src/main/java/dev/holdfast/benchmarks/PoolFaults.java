package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.pool.PoolDeadlines;
import dev.holdfast.benchmarks.pool.PoolSoak;
import dev.holdfast.benchmarks.pool.VirtualThreads;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Holdfast's pool over the kernel lab. Targets: an acquire over half-open connections fails at most
 * 20 ms after its deadline, 999 times in 1,000; 10,000 virtual threads over 50 connections whose
 * flows are forgotten every 5 s see no error and leak nothing.
 */
final class PoolFaults implements Benchmark {
  private static final double MOST_MILLIS = 20;
  private static final int SOAK_SECONDS = 60;

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    out.printf(
        Locale.ROOT,
        "Java %s, load average %.1f%n",
        System.getProperty("java.version"),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    List<Figure> figures = new ArrayList<>();
    double[] late = PoolDeadlines.late();
    double[] parked = PoolDeadlines.parked();
    double p999 = p999(late);
    print("acquires over half-open connections", late, out);
    print("bare timed parks, same threads", parked, out);
    out.printf(
        Locale.ROOT,
        "target: p99.9 at most %.0f ms: %s%n",
        MOST_MILLIS,
        p999 <= MOST_MILLIS ? "met" : "missed");
    figures.add(new Figure("pool-deadline", "holdfast", 16, "overshoot-p99.9", p999, "ms"));
    figures.add(new Figure("pool-deadline", "park", 16, "overshoot-p99.9", p999(parked), "ms"));
    if (!VirtualThreads.there()) {
      out.printf(
          "skipped: 10,000 virtual threads need Java %d or later, this is %s%n",
          VirtualThreads.SINCE, System.getProperty("java.version"));
      return figures;
    }
    PoolSoak.Result soak = PoolSoak.run(SOAK_SECONDS);
    out.printf(
        "10,000 virtual threads on 50 connections, %d s: %d calls, %d attempts made again, %d"
            + " connections opened, %d errors%s, %d leaked%n",
        SOAK_SECONDS,
        soak.calls(),
        soak.again(),
        soak.opened(),
        soak.errors(),
        soak.firstError() == null ? "" : " (first: " + soak.firstError() + ")",
        soak.leaked());
    out.printf(
        "target: no error, no leak: %s%n", soak.errors() + soak.leaked() == 0 ? "met" : "missed");
    figures.add(new Figure("pool-soak", "holdfast", 10_000, "calls", soak.calls(), "1"));
    figures.add(new Figure("pool-soak", "holdfast", 10_000, "errors", soak.errors(), "1"));
    figures.add(new Figure("pool-soak", "holdfast", 10_000, "leaked", soak.leaked(), "1"));
    return figures;
  }

  private static double p999(double[] ascending) {
    return ascending[(int) Math.ceil(ascending.length * 0.999) - 1];
  }

  private static void print(String what, double[] late, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d %s: late by p50 %.2f, p99 %.2f, p99.9 %.2f, max %.2f ms%n",
        late.length,
        what,
        late[late.length / 2],
        late[late.length * 99 / 100],
        p999(late),
        late[late.length - 1]);
  }
}
