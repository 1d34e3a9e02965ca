package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.exchange.Survey;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Random calls of Apache HttpClient, bare and guarded: what a guard changes on a healthy path. */
final class HttpTransparency implements Benchmark {

  private static final int MOST_FINDINGS = 20;
  private static final int UNSTEADY_SHOWN = 3;
  private static final String NAME = "transparency-http";

  private final Sample sample;

  HttpTransparency(Sample sample) {
    this.sample = sample;
  }

  @Override
  public List<Figure> run(Effort effort, PrintStream out) throws Exception {
    long began = System.nanoTime();
    Survey survey = new Survey(sample.seed(), sample.steps(), MOST_FINDINGS).run();
    for (String finding : survey.findings()) {
      out.printf("%s%n%n", finding);
    }
    survey.unsteady().stream()
        .limit(UNSTEADY_SHOWN)
        .forEach(program -> out.printf("proves nothing: %s%n%n", program));
    out.printf(
        Locale.ROOT,
        "%d programs of %d steps from seed %d in %.0f s, each bare and guarded, %d paths proved before a call:"
            + " %d differ; %d prove nothing%n",
        survey.programsRun(),
        survey.callsRun(),
        sample.seed(),
        (System.nanoTime() - began) / 1e9,
        survey.proofs(),
        survey.findings().size(),
        survey.unsteady().size());
    return List.of(
        figure(Figure.COMPARED, "steps", (double) survey.callsRun()),
        figure(Figure.COMPARED, "programs", (double) survey.programsRun()),
        figure(Figure.COMPARED, "differences", survey.findings().size()),
        figure(Figure.BARE, "unsteady", survey.unsteady().size()));
  }

  private static Figure figure(String contender, String metric, double value) {
    return new Figure(NAME, contender, 1, metric, value, "1");
  }
}
