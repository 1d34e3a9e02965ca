package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.http.HttpClientKind;
import dev.holdfast.benchmarks.http.HttpContender;
import dev.holdfast.lab.NginxServer;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What the guard costs a client with a connection for each of its threads, against a real nginx on
 * loopback: no path is shorter, so no share is larger. Targets: throughput at least 0.97 of the
 * bare client's, and three times that of HttpClient 5 with its own check before each use.
 */
final class HttpCalls implements Benchmark {
  private static final double LEAST_RATIO = 0.97;
  private static final double LEAST_RATIO_TO_CHECK = 3;
  private static final int THREADS = 8;
  private static final int MOST_BLOCKS = 5;

  /** Thrown away: calls still get cheaper ten seconds after the first. */
  private static final int WARM_UP_BLOCKS = 2;

  private static final double NANOS_PER_MICRO = 1_000;

  private static final String CHECK = "stale-check";

  private record Setting(HttpClientKind kind, String method) {
    String label() {
      return "http-%s-%s".formatted(kind.label(), method.toLowerCase(Locale.ROOT));
    }
  }

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(HttpClientKind.HC5, "GET"),
          new Setting(HttpClientKind.HC5, "POST"),
          new Setting(HttpClientKind.REACTOR, "GET"),
          new Setting(HttpClientKind.REACTOR, "POST"),
          new Setting(HttpClientKind.OKHTTP, "GET"),
          new Setting(HttpClientKind.OKHTTP, "POST"));

  private static final List<String> HEADINGS =
      List.of(
          "case",
          "rival",
          "rival ops/s",
          "guarded ops/s",
          "ratio",
          "95 %",
          "rival CPU us",
          "guarded CPU us",
          "more us",
          "rival p99 us",
          "guarded p99 us");

  /** A contender and how long its calls took. */
  private record Timed(Supplier<HttpContender> client, Latencies latencies) {}

  private final List<Figure> figures = new ArrayList<>();
  private final List<List<String>> table = new ArrayList<>(List.of(HEADINGS));
  private final List<String> missed = new ArrayList<>();

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    try (NginxServer nginx =
        NginxServer.builder().directives("access_log off; keepalive_requests 100000000;").start()) {
      URI uri = URI.create("http://127.0.0.1:" + nginx.port() + "/");
      out.printf(
          Locale.ROOT,
          "nginx, Java %s, %d threads, %d rounds of 4 slices of %d ms, load average %.1f%n",
          System.getProperty("java.version"),
          THREADS,
          effort.rounds(),
          effort.slice().toMillis(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      for (Setting setting : SETTINGS) {
        HttpClientKind kind = setting.kind();
        Spread ratio = compare(setting, Figure.BARE, () -> kind.bare(uri, THREADS), uri, effort);
        require(setting.label(), ratio, LEAST_RATIO);
        out.println(setting.label() + ": done");
      }
      Setting checked = SETTINGS.get(0);
      Spread ratio =
          compare(checked, CHECK, () -> HttpClientKind.staleCheck(uri, THREADS), uri, effort);
      require(checked.label() + " to " + CHECK, ratio, LEAST_RATIO_TO_CHECK);
    }
    out.println();
    out.print(TextTable.of(table));
    out.printf(
        Locale.ROOT,
        "%ntargets: throughput ratio >= %.2f, to the check >= %.0f: %s%n",
        LEAST_RATIO,
        LEAST_RATIO_TO_CHECK,
        missed.isEmpty() ? "met" : "missed by " + String.join(", ", missed));
    return figures;
  }

  private void require(String what, Spread ratio, double least) {
    if (ratio.median() < least) {
      missed.add(format("%s (%.3f)", what, ratio.median()));
    }
  }

  /** As for Redis, several blocks with clients of their own: each keeps the pace it fell into. */
  private Spread compare(
      Setting setting, String rival, Supplier<HttpContender> client, URI uri, Effort effort)
      throws Exception {
    Timed other = new Timed(client, new Latencies());
    Timed guarded = new Timed(() -> setting.kind().guarded(uri, THREADS), new Latencies());
    int blocks = Math.min(MOST_BLOCKS, effort.rounds());
    List<Comparison.Round> rounds = new ArrayList<>();
    try (Crew crew = new Crew(THREADS)) {
      for (int i = -WARM_UP_BLOCKS; i < blocks; i++) {
        List<Comparison.Round> block = block(setting, other, guarded, crew, effort.in(blocks));
        if (i >= 0) {
          rounds.addAll(block);
        }
      }
    }
    return settle(setting, rival, other, guarded, new Comparison(rounds));
  }

  private static List<Comparison.Round> block(
      Setting setting, Timed other, Timed guarded, Crew crew, Effort effort) throws Exception {
    try (HttpContender first = other.client().get();
        HttpContender second = guarded.client().get()) {
      PairedRun run =
          new PairedRun(
              load(setting, first, other.latencies()), load(setting, second, guarded.latencies()));
      return run.measure(
          crew,
          effort,
          () -> {
            other.latencies().clear();
            guarded.latencies().clear();
          });
    }
  }

  private static Load load(Setting setting, HttpContender contender, Latencies latencies) {
    return goesOn -> {
      long done = 0;
      while (goesOn.getAsBoolean()) {
        long began = System.nanoTime();
        contender.call(setting.method(), "x");
        latencies.add(System.nanoTime() - began);
        done++;
      }
      return done;
    };
  }

  private Spread settle(
      Setting setting, String rival, Timed other, Timed guarded, Comparison comparison) {
    String label = setting.label();
    Spread ratio = comparison.ratio(Metric.THROUGHPUT.value());
    double rivalCpu = comparison.bare(Metric.CPU.value()).median() / NANOS_PER_MICRO;
    double guardedCpu = comparison.guarded(Metric.CPU.value()).median() / NANOS_PER_MICRO;
    double moreCpu = (comparison.ratio(Metric.CPU.value()).median() - 1) * rivalCpu;
    double rivalP99 = other.latencies().quantile(0.99) / NANOS_PER_MICRO;
    double guardedP99 = guarded.latencies().quantile(0.99) / NANOS_PER_MICRO;
    if (rival.equals(Figure.BARE)) {
      figures.addAll(Metric.THROUGHPUT.figures(label, THREADS, comparison));
      figures.addAll(Metric.CPU.figures(label, THREADS, comparison));
      figures.add(new Figure(label, Figure.GUARDED, THREADS, "p99", guardedP99, "us"));
    } else {
      double median = comparison.bare(Metric.THROUGHPUT.value()).median();
      figures.add(new Figure(label, rival, THREADS, "throughput", median, "ops/s"));
      figures.add(
          new Figure(label, "guarded/" + rival, THREADS, "throughput-ratio", ratio.median(), "1"));
    }
    figures.add(new Figure(label, rival, THREADS, "p99", rivalP99, "us"));
    table.add(
        List.of(
            label,
            rival,
            format("%.0f", comparison.bare(Metric.THROUGHPUT.value()).median()),
            format("%.0f", comparison.guarded(Metric.THROUGHPUT.value()).median()),
            format("%.3f", ratio.median()),
            format("%.3f..%.3f", ratio.low(), ratio.high()),
            format("%.1f", rivalCpu),
            format("%.1f", guardedCpu),
            format("%+.1f", moreCpu),
            format("%.0f", rivalP99),
            format("%.0f", guardedP99)));
    return ratio;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
