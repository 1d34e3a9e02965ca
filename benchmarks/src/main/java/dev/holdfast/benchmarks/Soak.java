package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.soak.Side;
import dev.holdfast.benchmarks.soak.SoakResult;
import dev.holdfast.benchmarks.soak.SoakRun;
import dev.holdfast.lab.kernel.Network;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Random faults on the kernel lab, met by bare and guarded clients at once. */
final class Soak implements Benchmark {

  /** Unless the user asks for another length. */
  private static final Duration LENGTH = Duration.ofMinutes(20);

  private static final String NAME = "soak";

  private final Sample sample;

  Soak(Sample sample) {
    this.sample = sample;
  }

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    if (Network.missing().isPresent()) {
      throw new IllegalStateException("no kernel lab: " + Network.missing().get());
    }
    Duration length = effort.slice().equals(Effort.DEFAULT.slice()) ? LENGTH : effort.slice();
    out.printf("faults of seed %d for %d s%n", sample.seed(), length.toSeconds());
    return report(NAME, new SoakRun(sample.seed(), length, sample.faults(), out).run(), out);
  }

  static List<Figure> report(String name, SoakResult result, PrintStream out) {
    out.printf("%n%s%n", TextTable.of(result.faults()));
    out.printf("%s%n", TextTable.of(result.clients()));
    out.printf("%s%n", TextTable.of(result.diagnoses()));
    result.costs().forEach(out::println);
    out.println();
    result.details().forEach(out::println);
    return figures(name, result);
  }

  private static List<Figure> figures(String name, SoakResult result) {
    List<Figure> figures = new ArrayList<>();
    for (Side side : Side.values()) {
      String contender = side == Side.BARE ? Figure.BARE : Figure.GUARDED;
      result
          .figures(side)
          .forEach(
              (metric, value) ->
                  figures.add(
                      new Figure(
                          name, contender, 1, metric, value, metric.endsWith("-ms") ? "ms" : "1")));
    }
    return figures;
  }
}
