package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.pool.PoolCosts;
import dev.holdfast.benchmarks.pool.PoolCosts.Cost;
import dev.holdfast.benchmarks.pool.PoolHeap;
import dev.holdfast.benchmarks.pool.VirtualThreads;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a borrow and a return cost, by Holdfast's pool and by others, in CPU time of the process:
 * neighbours on the machine cannot take it away. Targets: 10 ns and no allocation, a tenth of
 * HikariCP and half of Stormpot; a crowd that waits costs at most 1.3 times a bare semaphore; a
 * pooled connection takes at most 1 KB.
 */
final class PoolBorrows implements Benchmark {
  private static final String POOL = "holdfast";
  private static final double MOST_NANOS = 10;
  private static final double LEAST_TO_HIKARI = 10;
  private static final double LEAST_TO_STORMPOT = 2;
  private static final double MOST_TO_SEMAPHORE = 1.3;
  private static final double MOST_BYTES = 1_024;

  private final List<Figure> figures = new ArrayList<>();

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    out.printf(
        Locale.ROOT,
        "Java %s, %d processors, load average %.1f; one JVM for each row%n%n",
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    for (int threads : new int[] {1, 2}) {
      List<Cost> costs = PoolCosts.borrow(threads);
      print("borrow and return, " + threads + " threads", "pool-borrow", threads, costs, out);
      double own = cpu(costs, POOL);
      target(out, "CPU at most %.0f ns", MOST_NANOS, own, own <= MOST_NANOS);
      double hikari = cpu(costs, "hikaricp") / own;
      target(
          out, "HikariCP at least %.0f times", LEAST_TO_HIKARI, hikari, hikari >= LEAST_TO_HIKARI);
      double stormpot = cpu(costs, "stormpot") / own;
      target(
          out,
          "Stormpot at least %.0f times",
          LEAST_TO_STORMPOT,
          stormpot,
          stormpot >= LEAST_TO_STORMPOT);
      out.println();
    }
    crowd(out);
    double bytes = PoolHeap.bytes();
    figures.add(new Figure("pool-connection", POOL, 1, "heap-per-connection", bytes, "B"));
    target(
        out,
        "heap for each pooled connection at most %.0f B",
        MOST_BYTES,
        bytes,
        bytes <= MOST_BYTES);
    return figures;
  }

  private void crowd(PrintStream out) throws Exception {
    if (!VirtualThreads.there()) {
      out.printf(
          "skipped: 64 virtual threads on 8 connections need Java %d or later, this is %s%n%n",
          VirtualThreads.SINCE, System.getProperty("java.version"));
      return;
    }
    List<Cost> costs = PoolCosts.crowd();
    print("64 virtual threads on 8 connections", "pool-crowd", 64, costs, out);
    double ratio = cpu(costs, POOL) / cpu(costs, "semaphore");
    target(
        out,
        "at most %.1f times a bare semaphore",
        MOST_TO_SEMAPHORE,
        ratio,
        ratio <= MOST_TO_SEMAPHORE);
    out.println();
  }

  private void print(String title, String name, int threads, List<Cost> costs, PrintStream out) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of(title, "CPU ns/op", "to holdfast", "B/op"));
    double own = cpu(costs, POOL);
    for (Cost cost : costs) {
      rows.add(
          List.of(
              cost.contender(),
              format("%.1f", cost.cpuNanos()),
              format("%.2f", cost.cpuNanos() / own),
              format("%.1f", cost.bytes())));
      figures.add(new Figure(name, cost.contender(), threads, "cpu", cost.cpuNanos(), "ns/op"));
      figures.add(new Figure(name, cost.contender(), threads, "allocation", cost.bytes(), "B/op"));
    }
    out.print(TextTable.of(rows));
  }

  private static double cpu(List<Cost> costs, String contender) {
    return costs.stream()
        .filter(cost -> cost.contender().equals(contender))
        .findFirst()
        .orElseThrow()
        .cpuNanos();
  }

  private static void target(
      PrintStream out, String what, double limit, double value, boolean met) {
    out.println(
        "target: " + format(what, limit) + format(": %.1f, ", value) + (met ? "met" : "missed"));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
