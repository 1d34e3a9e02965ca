package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.connect.ClientKind;
import dev.holdfast.benchmarks.connect.ConnectCase;
import dev.holdfast.benchmarks.connect.Difficulty;
import dev.holdfast.benchmarks.connect.Score;
import dev.holdfast.lab.kernel.Network;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** New connections of each client over faulty paths of the kernel lab, bare and guarded. */
final class ConnectLatency implements Benchmark {

  /** Connects of each contender, unless the user asks for another number of rounds. */
  private static final int CONNECTS = 200;

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    if (Network.missing().isPresent()) {
      throw new IllegalStateException("no kernel lab: " + Network.missing().get());
    }
    int connects = effort.rounds() == Effort.DEFAULT.rounds() ? CONNECTS : effort.rounds();
    List<Figure> figures = new ArrayList<>();
    for (ClientKind kind : ClientKind.values()) {
      run(kind, connects, figures, out);
    }
    return figures;
  }

  private static void run(ClientKind kind, int connects, List<Figure> figures, PrintStream out)
      throws InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            kind.label(),
            "",
            "connects",
            "failed",
            "mean ms",
            "p50",
            "p90",
            "p99",
            "max",
            "dials"));
    for (Difficulty difficulty : Difficulty.values()) {
      ConnectCase done = ConnectCase.run(kind, difficulty, connects);
      report(kind, difficulty, Figure.BARE, done.bare(), rows, figures);
      report(kind, difficulty, Figure.GUARDED, done.guarded(), rows, figures);
      failures(kind, difficulty, done, out);
    }
    out.println(TextTable.of(rows));
  }

  private static void failures(
      ClientKind kind, Difficulty difficulty, ConnectCase done, PrintStream out) {
    for (Score score : List.of(done.bare(), done.guarded())) {
      if (score.failures().count() > 0) {
        out.printf(
            Locale.ROOT,
            "%s, %s, %s: failures after %.0f to %.0f ms: %s%n",
            kind.label(),
            difficulty.label(),
            score == done.bare() ? Figure.BARE : Figure.GUARDED,
            score.failures().at(0),
            score.failures().at(100),
            score.thrown());
      }
    }
  }

  private static void report(
      ClientKind kind,
      Difficulty difficulty,
      String contender,
      Score score,
      List<List<String>> rows,
      List<Figure> figures) {
    Score.Times times = score.connects();
    int count = times.count() + score.failures().count();
    rows.add(
        List.of(
            difficulty.label(),
            contender,
            Integer.toString(count),
            Integer.toString(score.failures().count()),
            millis(times.mean()),
            millis(times.at(50)),
            millis(times.at(90)),
            millis(times.at(99)),
            millis(times.at(100)),
            score.dials() == 0 ? "" : Integer.toString(score.dials())));
    String name =
        "connect %s %s".formatted(kind.label(), difficulty.name()).toLowerCase(Locale.ROOT);
    name = name.replaceAll("[^a-z0-9]+", "-");
    int callers = difficulty.callers();
    figures.add(new Figure(name, contender, callers, "connects", count, "1"));
    figures.add(new Figure(name, contender, callers, "failed", score.failures().count(), "1"));
    figures.add(new Figure(name, contender, callers, "mean", times.mean(), "ms"));
    for (int percent : new int[] {50, 90, 99}) {
      figures.add(new Figure(name, contender, callers, "p" + percent, times.at(percent), "ms"));
    }
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
