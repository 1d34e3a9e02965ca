package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.transparency.Survey;
import java.io.PrintStream;
import java.util.List;

/** Random programs over Lettuce, bare and guarded: what a guard changes on a healthy path. */
final class Transparency implements Benchmark {

  private static final String NAME = "transparency";

  private final Sample sample;

  Transparency(Sample sample) {
    this.sample = sample;
  }

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    long began = System.nanoTime();
    Survey survey = new Survey(sample.seed(), sample.steps(), Differences.MOST).run();
    return new Differences(
            survey.programsRun(),
            survey.stepsRun(),
            survey.findings(),
            survey.unsteady(),
            "each bare, guarded, and guarded with proofs at every opportunity")
        .print(NAME, sample, began, out);
  }
}
