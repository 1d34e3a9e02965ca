package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.connect.ConnectCase;
import dev.holdfast.benchmarks.connect.Difficulty;
import dev.holdfast.benchmarks.connect.Score;
import dev.holdfast.lab.kernel.Network;
import io.netty.channel.epoll.Epoll;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** New Lettuce connections over faulty paths of the kernel lab, bare and guarded. */
final class ConnectLatency implements Benchmark {

  /** Connects of each contender, unless the user asks for another number of rounds. */
  private static final int CONNECTS = 200;

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    if (Network.missing().isPresent()) {
      throw new IllegalStateException("no kernel lab: " + Network.missing().get());
    }
    int connects = effort.rounds() == Effort.DEFAULT.rounds() ? CONNECTS : effort.rounds();
    String transport = transport();
    List<Figure> figures = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            transport, "", "connects", "failed", "mean ms", "p50", "p90", "p99", "max", "dials"));
    for (Difficulty difficulty : Difficulty.values()) {
      ConnectCase done = ConnectCase.run(difficulty, connects);
      report(transport, difficulty, Figure.BARE, done.bare(), rows, figures);
      report(transport, difficulty, Figure.GUARDED, done.guarded(), rows, figures);
      failures(difficulty, done, out);
    }
    out.println(TextTable.of(rows));
    return figures;
  }

  /** As Lettuce chooses: native epoll unless it is missing or switched off. */
  private static String transport() {
    boolean wanted = Boolean.parseBoolean(System.getProperty("io.lettuce.core.epoll", "true"));
    return wanted && Epoll.isAvailable() ? "epoll" : "nio";
  }

  private static void failures(Difficulty difficulty, ConnectCase done, PrintStream out) {
    for (Score score : List.of(done.bare(), done.guarded())) {
      if (score.failures().count() > 0) {
        out.printf(
            Locale.ROOT,
            "%s, %s: failures after %.0f to %.0f ms: %s%n",
            difficulty.label(),
            score == done.bare() ? Figure.BARE : Figure.GUARDED,
            score.failures().at(0),
            score.failures().at(100),
            score.thrown());
      }
    }
  }

  private static void report(
      String transport,
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
    String name = "connect-" + transport + '-' + difficulty.name().toLowerCase(Locale.ROOT);
    name = name.replace('_', '-');
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
