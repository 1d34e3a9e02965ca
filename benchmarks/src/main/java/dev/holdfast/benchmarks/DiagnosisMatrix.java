package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.diagnosis.ConfusionMatrix;
import dev.holdfast.benchmarks.diagnosis.Fault;
import dev.holdfast.benchmarks.diagnosis.Observation;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.kernel.Network;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every fault the lab can inject, and what the guard's diagnosis says of it. */
final class DiagnosisMatrix implements Benchmark {

  /** Runs of each fault, unless the user asks for another number of rounds. */
  private static final int RUNS = 20;

  private static final String NAME = "diagnosis";

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    if (Network.missing().isPresent()) {
      throw new IllegalStateException("no kernel lab: " + Network.missing().get());
    }
    int runs = effort.rounds() == Effort.DEFAULT.rounds() ? RUNS : effort.rounds();
    List<Observation> observations = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      long began = System.nanoTime();
      observations.addAll(inject(fault, runs));
      out.printf(Locale.ROOT, "%-34s %5.1f s%n", fault.label(), (System.nanoTime() - began) / 1e9);
    }
    ConfusionMatrix matrix = new ConfusionMatrix(observations);
    out.printf("%n%s%n%s%n", faults(matrix), explanations(matrix));
    out.printf("explanations named that are not stated: %s%n", matrix.strays());
    out.printf(
        "slow servers or shut windows called a dead path: %d%n", matrix.deadPathsForSlowServers());
    return figures(matrix);
  }

  private static List<Observation> inject(Fault fault, int runs) throws Exception {
    try (Network network = Network.open(fault.servers())) {
      return fault.inject(network, runs);
    }
  }

  private static String faults(ConfusionMatrix matrix) {
    StringBuilder text = new StringBuilder();
    matrix
        .sets()
        .forEach(
            (fault, sets) -> {
              text.append(
                  "%-34s %3d of %3d correct; truth %s%n"
                      .formatted(
                          fault.label(),
                          matrix.correct(fault),
                          matrix.observed(fault),
                          fault.truth().map(Explanation::name).orElse("nothing to say")));
              sets.forEach((set, times) -> text.append("%38d x %s%n".formatted(times, set)));
            });
    return text.toString();
  }

  private static String explanations(ConfusionMatrix matrix) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "true", "found", "recall", "named", "rightly", "precision"));
    for (ConfusionMatrix.Score score : matrix.scores()) {
      rows.add(
          List.of(
              score.explanation().name(),
              Integer.toString(score.truths()),
              Integer.toString(score.found()),
              String.format(Locale.ROOT, "%.3f", score.recall()),
              Integer.toString(score.named()),
              Integer.toString(score.rightly()),
              String.format(Locale.ROOT, "%.3f", score.precision())));
    }
    return TextTable.of(rows);
  }

  /** The contender is the explanation, or the fault. */
  private static List<Figure> figures(ConfusionMatrix matrix) {
    List<Figure> figures = new ArrayList<>();
    for (ConfusionMatrix.Score score : matrix.scores()) {
      String name = score.explanation().tag();
      figures.add(new Figure(NAME, name, 1, "precision", score.precision(), "1"));
      figures.add(new Figure(NAME, name, 1, "recall", score.recall(), "1"));
    }
    for (Fault fault : matrix.sets().keySet()) {
      String name = fault.name().toLowerCase(Locale.ROOT);
      figures.add(new Figure("diagnosis-faults", name, 1, "observed", matrix.observed(fault), "1"));
      figures.add(new Figure("diagnosis-faults", name, 1, "correct", matrix.correct(fault), "1"));
    }
    figures.add(
        new Figure(NAME, "all", 1, "dead-paths-for-slow", matrix.deadPathsForSlowServers(), "1"));
    return figures;
  }
}
