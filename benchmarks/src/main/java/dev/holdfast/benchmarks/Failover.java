package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.failover.Reunion;
import dev.holdfast.benchmarks.failover.Scenes;
import dev.holdfast.benchmarks.failover.Trial;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Servers that change roles, names and moods: how long until a call succeeds again. */
final class Failover implements Benchmark {

  private static final String NAME = "failover";
  private static final Duration OUTAGE = Duration.ofSeconds(36);

  /** Fewer rounds than by default ask for a short run. */
  private static final Duration SHORT_OUTAGE = Duration.ofSeconds(6);

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    List<Trial.Result> results = Scenes.play(name -> out.println("  " + name));
    List<List<String>> rows = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    rows.add(
        List.of("first success after the event, ms", "bare", "guarded", "bare failed", "guarded"));
    for (Trial.Result result : results) {
      rows.add(row(result));
      add(figures, result.name(), Figure.BARE, result.bare());
      add(figures, result.name(), Figure.GUARDED, result.guarded());
    }
    Duration outage = effort.rounds() < Effort.DEFAULT.rounds() ? SHORT_OUTAGE : OUTAGE;
    List<Reunion.Seen> back = Scenes.reunion(outage);
    String lost = "G7 40 connections, outage of " + outage.toSeconds() + " s, ";
    Reunion.Seen bare = back.get(0);
    Reunion.Seen guarded = back.get(1);
    for (boolean last : new boolean[] {false, true}) {
      String name = lost + (last ? "last" : "first");
      long bares = last ? bare.lastMillis() : bare.firstMillis();
      long guardeds = last ? guarded.lastMillis() : guarded.firstMillis();
      rows.add(List.of(name, String.valueOf(bares), String.valueOf(guardeds), "", ""));
      figures.add(millis(name, Figure.BARE, bares));
      figures.add(millis(name, Figure.GUARDED, guardeds));
    }
    out.print(TextTable.of(rows));
    out.printf(
        "ran twice: bare %d, guarded %d; none: not within %d s%n",
        results.stream().mapToLong(result -> result.bare().twice()).sum(),
        results.stream().mapToLong(result -> result.guarded().twice()).sum(),
        Trial.LIMIT.toSeconds());
    return figures;
  }

  private static List<String> row(Trial.Result result) {
    return List.of(
        result.name(),
        result.bare().toString(),
        result.guarded().toString(),
        String.valueOf(result.bare().failed()),
        String.valueOf(result.guarded().failed()));
  }

  private static void add(List<Figure> figures, String name, String who, Trial.Seen seen) {
    figures.add(millis(name, who, seen.millis()));
    figures.add(new Figure(NAME, who, 1, name + ": failed", (double) seen.failed(), "1"));
    figures.add(new Figure(NAME, who, 1, name + ": twice", (double) seen.twice(), "1"));
  }

  private static Figure millis(String name, String who, long millis) {
    return new Figure(NAME, who, 1, name, (double) millis, "ms");
  }
}
