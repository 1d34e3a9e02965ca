package dev.holdfast.benchmarks;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.LettuceVersion;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the guard costs on one connection shared by all threads. Targets: throughput at least 0.97
 * of the bare client's, allocation per command at most 1.05 of it.
 */
final class RedisGets implements Benchmark {
  private static final double LEAST_THROUGHPUT_RATIO = 0.97;
  private static final double MOST_ALLOCATION_RATIO = 1.05;

  private static final int MOST_BLOCKS = 5;

  private record Setting(RedisCase way, int threads) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(RedisCase.SYNC, 1),
          new Setting(RedisCase.SYNC, 8),
          new Setting(RedisCase.SYNC, 32),
          new Setting(RedisCase.ASYNC, 1),
          new Setting(RedisCase.ASYNC, 2),
          new Setting(RedisCase.BATCH_FLUSH, 1));

  private static final List<String> HEADINGS =
      List.of(
          "case",
          "threads",
          "bare ops/s",
          "guarded ops/s",
          "ratio",
          "95 %",
          "quartiles",
          "bare B/op",
          "guarded B/op",
          "ratio",
          "bare CPU us/op",
          "guarded CPU us/op",
          "ratio");

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    List<Figure> figures = new ArrayList<>();
    List<List<String>> table = new ArrayList<>(List.of(HEADINGS));
    List<String> missed = new ArrayList<>();
    try (RedisServer server = RedisServer.start()) {
      server.command("SET", RedisCase.KEY, RedisCase.VALUE);
      out.printf(
          Locale.ROOT,
          "Redis %s, Lettuce %s, Java %s, %d rounds of 4 slices of %d ms, load average %.1f%n",
          server.version(),
          LettuceVersion.getVersion(),
          System.getProperty("java.version"),
          effort.rounds(),
          effort.slice().toMillis(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      for (Setting setting : SETTINGS) {
        Comparison comparison = compare(setting, server.port(), effort);
        RedisCase way = setting.way();
        for (Metric metric : Metric.values()) {
          figures.addAll(metric.figures(way.label(), setting.threads(), comparison));
        }
        table.add(row(setting, comparison));
        missed.addAll(missedTargets(setting, comparison));
        out.printf("%s, %d threads: done%n", way.label(), setting.threads());
      }
    }
    out.println();
    out.print(TextTable.of(table));
    out.println();
    out.printf(
        Locale.ROOT,
        "targets: throughput ratio >= %.2f, allocation ratio <= %.2f: %s%n",
        LEAST_THROUGHPUT_RATIO,
        MOST_ALLOCATION_RATIO,
        missed.isEmpty() ? "met" : "missed by " + String.join(", ", missed));
    return figures;
  }

  /**
   * A connection keeps the pace at which its threads happen to wake each other for as long as it
   * lives, and the two contenders may differ in that by more than the guard costs. So there are
   * several blocks of rounds, each with clients, event loops and connections of its own.
   */
  private static Comparison compare(Setting setting, int port, Effort effort)
      throws InterruptedException {
    int blocks = Math.min(MOST_BLOCKS, effort.rounds());
    List<Comparison.Round> rounds = new ArrayList<>();
    try (Crew crew = new Crew(setting.threads())) {
      for (int i = 0; i < blocks; i++) {
        try (RedisClients bare = RedisClients.bare(port);
            RedisClients guarded = RedisClients.guarded(port);
            StatefulRedisConnection<String, String> bareConnection = bare.connect();
            StatefulRedisConnection<String, String> guardedConnection = guarded.connect()) {
          Load bareLoad = setting.way().on(bareConnection);
          Load guardedLoad = setting.way().on(guardedConnection);
          rounds.addAll(new PairedRun(bareLoad, guardedLoad).measure(crew, effort.in(blocks)));
        }
      }
    }
    return new Comparison(rounds);
  }

  private static List<String> row(Setting setting, Comparison comparison) {
    Spread throughput = comparison.ratio(Metric.THROUGHPUT.value());
    List<String> row = new ArrayList<>();
    row.add(setting.way().label());
    row.add(Integer.toString(setting.threads()));
    row.addAll(medians(Metric.THROUGHPUT, comparison, "%.0f", 1));
    row.add(format("%.3f..%.3f", throughput.low(), throughput.high()));
    row.add(format("%.3f..%.3f", throughput.q1(), throughput.q3()));
    row.addAll(medians(Metric.ALLOCATION, comparison, "%.0f", 1));
    row.addAll(medians(Metric.CPU, comparison, "%.2f", 1000));
    return row;
  }

  private static List<String> medians(
      Metric metric, Comparison comparison, String format, double divisor) {
    return List.of(
        format(format, comparison.bare(metric.value()).median() / divisor),
        format(format, comparison.guarded(metric.value()).median() / divisor),
        format("%.3f", comparison.ratio(metric.value()).median()));
  }

  private static List<String> missedTargets(Setting setting, Comparison comparison) {
    double throughput = comparison.ratio(Metric.THROUGHPUT.value()).median();
    double allocation = comparison.ratio(Metric.ALLOCATION.value()).median();
    String where = "%s at %d".formatted(setting.way().label(), setting.threads());
    List<String> missed = new ArrayList<>();
    if (throughput < LEAST_THROUGHPUT_RATIO) {
      missed.add(where + format(" (throughput %.3f)", throughput));
    }
    if (allocation > MOST_ALLOCATION_RATIO) {
      missed.add(where + format(" (allocation %.3f)", allocation));
    }
    return missed;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
