package dev.holdfast.benchmarks;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.LettuceVersion;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What it costs to borrow a connection of Lettuce's or Jedis' for each GET, with and without asking
 * whether it lives. All pools have one size and are full. Targets: Holdfast's throughput is at
 * least 0.97 of its own engine's that checks nothing, over bare connections, that of Jedis' own
 * pool, and 1.7 times that of commons-pool2 with a PING on borrow, of either client.
 */
final class PooledGets implements Benchmark {
  /** commons-pool2's default; 8 threads do not wait, 32 do. */
  static final int SIZE = 8;

  static final List<Integer> THREADS = List.of(1, 8, 32);

  private static final String NAME = "pool-redis-get";
  private static final double LEAST_TO_UNCHECKED = 0.97;
  private static final double LEAST_TO_PING = 1.7;
  private static final double LEAST_TO_JEDIS = 1.0;

  /** Thrown away: most of what the JIT compiles is the same for every number of threads. */
  private static final int FIRST_WARM_UP_BLOCKS = 2;

  private static final int WARM_UP_BLOCKS = 1;

  private static final List<String> HEADINGS =
      List.of(
          "pool of " + SIZE,
          "threads",
          "ops/s",
          "p99 us",
          "CPU us/op",
          "B/op",
          "holdfast's ops/s to it",
          "95 %",
          "holdfast's CPU to it",
          "95 %");

  private final List<Figure> figures = new ArrayList<>();
  private final List<List<String>> table = new ArrayList<>(List.of(HEADINGS));
  private final List<String> missed = new ArrayList<>();

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    Effort half = effort.in(2); // there are three times as many contenders as elsewhere
    try (RedisServer server = RedisServer.start()) {
      server.command("SET", RedisCase.KEY, RedisCase.VALUE);
      out.printf(
          Locale.ROOT,
          "Redis %s, Lettuce %s, Java %s, %d rounds of 2 slices of %d ms for each pool, load average %.1f%n",
          server.version(),
          LettuceVersion.getVersion(),
          System.getProperty("java.version"),
          half.rounds(),
          half.slice().toMillis(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      int warmUp = FIRST_WARM_UP_BLOCKS;
      for (int threads : THREADS) {
        List<PooledClient> kinds = contenders(threads);
        report(
            kinds,
            threads,
            PooledScores.measure(kinds, threads, server.port(), SIZE, half, warmUp));
        warmUp = WARM_UP_BLOCKS;
        out.printf("%d threads: done%n", threads);
      }
    }
    out.println();
    out.print(TextTable.of(table));
    out.printf(
        Locale.ROOT,
        "%ntargets: holdfast's ops/s to %s >= %.2f, to %s and %s >= %.1f, to %s >= %.1f: %s%n",
        PooledClient.UNCHECKED.label(),
        LEAST_TO_UNCHECKED,
        PooledClient.COMMONS_PING.label(),
        PooledClient.JEDIS_POOL_PING.label(),
        LEAST_TO_PING,
        PooledClient.JEDIS_POOL.label(),
        LEAST_TO_JEDIS,
        missed.isEmpty() ? "met" : "missed by " + String.join(", ", missed));
    return figures;
  }

  /** Who can serve so many threads. */
  static List<PooledClient> contenders(int threads) {
    return Stream.of(PooledClient.values())
        .filter(kind -> threads <= SIZE || kind.waits())
        .toList();
  }

  private void report(List<PooledClient> kinds, int threads, PooledScores scores) {
    for (PooledClient kind : kinds) {
      Comparison comparison = scores.compare(kind, kind.subject());
      double throughput = comparison.bare(Metric.THROUGHPUT.value()).median();
      double cpu = comparison.bare(Metric.CPU.value()).median();
      double bytes = comparison.bare(Metric.ALLOCATION.value()).median();
      double p99 = scores.p99(kind);
      figure(kind.label(), threads, "throughput", throughput, "ops/s");
      figure(kind.label(), threads, "p99", p99, "us");
      figure(kind.label(), threads, "cpu", cpu, "ns/op");
      figure(kind.label(), threads, "allocation", bytes, "B/op");
      List<String> row = new ArrayList<>();
      row.add(kind.label());
      row.add(Integer.toString(threads));
      row.add(format("%.0f", throughput));
      row.add(format("%.0f", p99));
      row.add(format("%.2f", cpu / 1000));
      row.add(format("%.0f", bytes));
      row.addAll(ratio(kind, threads, Metric.THROUGHPUT, "throughput-ratio", comparison));
      row.addAll(ratio(kind, threads, Metric.CPU, "cpu-ratio", comparison));
      table.add(row);
      require(kind, threads, comparison.ratio(Metric.THROUGHPUT.value()).median());
    }
  }

  private List<String> ratio(
      PooledClient kind, int threads, Metric metric, String name, Comparison comparison) {
    if (kind == kind.subject()) {
      return List.of("-", "-");
    }
    Spread ratio = comparison.ratio(metric.value());
    String compared = kind.subject().label() + "/" + kind.label();
    figure(compared, threads, name, ratio.median(), "1");
    figure(compared, threads, name + "-low95", ratio.low(), "1");
    figure(compared, threads, name + "-high95", ratio.high(), "1");
    return List.of(format("%.3f", ratio.median()), format("%.3f..%.3f", ratio.low(), ratio.high()));
  }

  private void require(PooledClient rival, int threads, double ratio) {
    double least =
        switch (rival) {
          case UNCHECKED -> LEAST_TO_UNCHECKED;
          case COMMONS_PING, JEDIS_POOL_PING -> LEAST_TO_PING;
          case JEDIS_POOL -> LEAST_TO_JEDIS;
          case HOLDFAST, HOLDFAST_OBJECTS, COMMONS, ASYNC, JEDIS -> 0;
        };
    if (ratio < least) {
      missed.add(format("%s at %d (%.3f)", rival.label(), threads, ratio));
    }
  }

  private void figure(String contender, int threads, String metric, double value, String unit) {
    figures.add(new Figure(NAME, contender, threads, metric, value, unit));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
