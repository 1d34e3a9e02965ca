package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.exchange.Survey;
import java.io.PrintStream;
import java.util.List;

/** Random calls of Apache HttpClient, bare and guarded: what a guard changes on a healthy path. */
final class HttpTransparency implements Benchmark {

  private static final String NAME = "transparency-http";

  private final Sample sample;

  HttpTransparency(Sample sample) {
    this.sample = sample;
  }

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    long began = System.nanoTime();
    Survey survey = new Survey(sample.seed(), sample.steps(), Differences.MOST).run();
    return new Differences(
            survey.programsRun(),
            survey.callsRun(),
            survey.findings(),
            survey.unsteady(),
            "each bare and guarded, %d paths proved before a call".formatted(survey.proofs()))
        .print(NAME, sample, began, out);
  }
}
