package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.exchange.HangUps;
import dev.holdfast.benchmarks.exchange.ShortCalls;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Callers of Apache HttpClient that hang up, and calls on short connections. */
final class HangUpCalls implements Benchmark {

  private static final String NAME = "hang-ups";
  private static final int[] DESCRIPTORS = {500, 3_000};
  private static final int MANY_DESCRIPTORS = 19_000;
  private static final long CALLS = 25_000;

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    List<Figure> figures = new ArrayList<>();
    for (int descriptors : DESCRIPTORS) {
      for (boolean guarded : new boolean[] {false, true}) {
        HangUps.Seen seen = new HangUps(guarded, descriptors, CALLS, true).run();
        String contender = guarded ? Figure.GUARDED : Figure.BARE;
        out.printf("%s, %d descriptors: %s%n", contender, descriptors, seen);
        figures.add(figure(contender, "innocent failed", (double) seen.innocentFailed()));
        figures.add(figure(contender, "strangers changed", (double) seen.changed()));
        figures.add(figure(contender, "connections left", seen.open() + seen.leased()));
      }
    }
    double[] sums = new double[2];
    for (int round = 0; round <= effort.rounds(); round++) {
      for (int i = 0; i < 2; i++) {
        double rate = ShortCalls.perSecond(i == 1, MANY_DESCRIPTORS, effort.slice().toNanos());
        sums[i] += round == 0 ? 0 : rate; // the first is for warming up
      }
    }
    out.printf(
        Locale.ROOT,
        "short connections, %d descriptors: bare %.0f, guarded %.0f calls/s, %.2f of bare%n",
        MANY_DESCRIPTORS,
        sums[0] / effort.rounds(),
        sums[1] / effort.rounds(),
        sums[1] / sums[0]);
    figures.add(figure(Figure.BARE, "short calls/s", sums[0] / effort.rounds()));
    figures.add(figure(Figure.GUARDED, "short calls/s", sums[1] / effort.rounds()));
    return figures;
  }

  private static Figure figure(String contender, String metric, double value) {
    return new Figure(NAME, contender, 1, metric, value, "1");
  }
}
