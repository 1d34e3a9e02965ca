package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.storm.Contender;
import dev.holdfast.benchmarks.storm.Outcome;
import dev.holdfast.benchmarks.storm.Simulation;
import dev.holdfast.benchmarks.storm.Storm;
import dev.holdfast.gate.StormPolicy;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many clients lose one balancer together: a simulation with the real policy and a manual clock, so
 * its figures are the same on every machine.
 */
final class ReconnectStorm implements Benchmark {

  @Override
  public List<Figure> run(Effort effort, PrintStream out) {
    List<Figure> figures = new ArrayList<>();
    for (Storm storm : List.of(Storm.FULL, Storm.WEAK, Storm.STRONG)) {
      out.printf(
          Locale.ROOT,
          "%d clients of %d connections; silent for %d s, then %d accepted/s: %.1f s at best%n",
          storm.clients(),
          storm.connections(),
          storm.outage().toSeconds(),
          storm.acceptPerSecond(),
          storm.idealSeconds());
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("", "peak SYN/s", "peak dials/s", "dials", "clients s", "50 % s", "99 % s"));
      for (Contender contender : Contender.values()) {
        Outcome outcome = Simulation.run(storm, contender, StormPolicy.ofDefaults());
        rows.add(row(contender, outcome));
        figures.addAll(
            figures(
                "storm-"
                    + storm.clients()
                    + "x"
                    + storm.connections()
                    + "-"
                    + storm.acceptPerSecond(),
                contender.label(),
                outcome));
      }
      out.println(TextTable.of(rows));
    }
    out.println(
        "clients: until 99 % of them have a connection; 50 %, 99 %: of all connections;"
            + " seconds from the balancer's return");
    return figures;
  }

  private static List<String> row(Contender contender, Outcome outcome) {
    return List.of(
        contender.label(),
        Long.toString(outcome.peakSyns()),
        Long.toString(outcome.peakDials()),
        Long.toString(outcome.dials()),
        String.format(Locale.ROOT, "%.1f", outcome.firstSeconds()),
        String.format(Locale.ROOT, "%.1f", outcome.medianSeconds()),
        String.format(Locale.ROOT, "%.1f", outcome.recoveredSeconds()));
  }

  private static List<Figure> figures(String name, String contender, Outcome outcome) {
    return List.of(
        new Figure(name, contender, 1, "peak-syns", outcome.peakSyns(), "1/s"),
        new Figure(name, contender, 1, "peak-connects", outcome.peakDials(), "1/s"),
        new Figure(name, contender, 1, "connects", outcome.dials(), "1"),
        new Figure(name, contender, 1, "clients-back-99", outcome.firstSeconds(), "s"),
        new Figure(name, contender, 1, "half-recovered", outcome.medianSeconds(), "s"),
        new Figure(name, contender, 1, "recovered-99", outcome.recoveredSeconds(), "s"));
  }
}
