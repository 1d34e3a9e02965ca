package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.failover.Outage;
import dev.holdfast.benchmarks.failover.Reunion;
import dev.holdfast.benchmarks.failover.Scenes;
import dev.holdfast.benchmarks.failover.Trial;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Servers that change roles, names and moods: how long until a call succeeds again. */
final class Failover implements Benchmark {

  private static final String NAME = "failover";
  private static final Duration OUTAGE = Duration.ofSeconds(36);

  private static final Duration ILLNESS = Duration.ofSeconds(5);

  /** Fewer rounds than by default ask for a short run. */
  private static final Duration SHORT_OUTAGE = Duration.ofSeconds(6);

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    List<Trial.Result> results = play(out);
    List<List<String>> rows = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    rows.add(
        List.of(
            "bare / guarded",
            "ms to success",
            "since settled",
            "longest wait",
            "failed",
            "twice",
            "lost"));
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
      rows.add(List.of(name, pair(bares, guardeds), "", "", "", "", ""));
      figures.add(millis(name, Figure.BARE, bares));
      figures.add(millis(name, Figure.GUARDED, guardeds));
    }
    outage(rows, figures);
    out.print(TextTable.of(rows));
    out.printf(
        "ms to the first success of a call made after the event was over, from its beginning and"
            + " from its end; the longest wait for any answer; calls that failed, that ran twice,"
            + " and that succeeded and never ran, as the servers count; none: not within %d s%n",
        Trial.LIMIT.toSeconds());
    return figures;
  }

  /** A scene that cannot be played, on a machine too slow for its servers, ends no other. */
  private static List<Trial.Result> play(PrintStream out) throws InterruptedException {
    List<Trial.Result> results = new ArrayList<>();
    for (String name : Scenes.names()) {
      out.println("  " + name);
      try {
        results.add(Scenes.play(name));
      } catch (InterruptedException ended) {
        throw ended;
      } catch (Exception failed) {
        out.println("  not played: " + failed);
      }
    }
    return results;
  }

  private static List<String> row(Trial.Result result) {
    Trial.Seen bare = result.bare();
    Trial.Seen guarded = result.guarded();
    return List.of(
        result.name(),
        millis(bare, bare.millis()) + " / " + millis(guarded, guarded.millis()),
        millis(bare, bare.sinceOver()) + " / " + millis(guarded, guarded.sinceOver()),
        pair(bare.gap(), guarded.gap()),
        pair(bare.failed(), guarded.failed()),
        pair(bare.twice(), guarded.twice()),
        pair(bare.lost(), guarded.lost()));
  }

  private static void outage(List<List<String>> rows, List<Figure> figures) throws Exception {
    List<Outage.Seen> sides = Scenes.outage(ILLNESS);
    Outage.Seen bare = sides.get(0);
    Outage.Seen guarded = sides.get(1);
    String sent = "G10 the server dies of every call: requests for each";
    rows.add(List.of(sent, figure(bare) + " / " + figure(guarded), "", "", "", "", ""));
    figures.add(new Figure(NAME, Figure.BARE, 1, sent, bare.requestsPerCall(), "1"));
    figures.add(new Figure(NAME, Figure.GUARDED, 1, sent, guarded.requestsPerCall(), "1"));
    String back = "G10 it is well again: ms until all have an answer";
    rows.add(List.of(back, pair(bare.backMillis(), guarded.backMillis()), "", "", "", "", ""));
    figures.add(millis(back, Figure.BARE, bare.backMillis()));
    figures.add(millis(back, Figure.GUARDED, guarded.backMillis()));
  }

  private static String figure(Outage.Seen seen) {
    return String.format(
        Locale.ROOT, "%.2f (%d/%d)", seen.requestsPerCall(), seen.requests(), seen.calls());
  }

  private static String millis(Trial.Seen seen, long millis) {
    return seen.succeeded() ? String.valueOf(millis) : "none";
  }

  private static String pair(long bare, long guarded) {
    return count(bare) + " / " + count(guarded);
  }

  private static String count(long counted) {
    return counted == Trial.NOBODY_COUNTS ? "-" : String.valueOf(counted);
  }

  private static void add(List<Figure> figures, String name, String who, Trial.Seen seen) {
    figures.add(millis(name, who, seen.millis()));
    figures.add(millis(name + ": since settled", who, seen.sinceOver()));
    figures.add(millis(name + ": longest wait", who, seen.gap()));
    figures.add(new Figure(NAME, who, 1, name + ": failed", (double) seen.failed(), "1"));
    if (seen.twice() != Trial.NOBODY_COUNTS) {
      figures.add(new Figure(NAME, who, 1, name + ": twice", (double) seen.twice(), "1"));
      figures.add(new Figure(NAME, who, 1, name + ": lost", (double) seen.lost(), "1"));
    }
  }

  private static Figure millis(String name, String who, long millis) {
    return new Figure(NAME, who, 1, name, (double) millis, "ms");
  }
}
