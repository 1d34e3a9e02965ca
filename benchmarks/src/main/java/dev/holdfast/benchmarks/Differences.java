package dev.holdfast.benchmarks;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What random programs showed, run bare and guarded.
 *
 * @param programs how many were run
 * @param steps of all of them
 * @param findings what differs, as printed
 * @param unsteady programs that differ from themselves, and so prove nothing
 * @param how what each was run with
 */
record Differences(long programs, long steps, List<?> findings, List<?> unsteady, String how) {

  /** After so many the search ends. */
  static final int MOST = 20;

  private static final int UNSTEADY_SHOWN = 3;

  List<Figure> print(String name, Sample sample, long beganNanos, PrintStream out) {
    findings.forEach(finding -> out.printf("%s%n%n", finding));
    unsteady.stream()
        .limit(UNSTEADY_SHOWN)
        .forEach(program -> out.printf("proves nothing: %s%n%n", program));
    out.printf(
        Locale.ROOT,
        "%d programs of %d steps from seed %d in %.0f s, %s: %d differ; %d prove nothing%n",
        programs,
        steps,
        sample.seed(),
        (System.nanoTime() - beganNanos) / 1e9,
        how,
        findings.size(),
        unsteady.size());
    return List.of(
        figure(name, Figure.COMPARED, "steps", (double) steps),
        figure(name, Figure.COMPARED, "programs", (double) programs),
        figure(name, Figure.COMPARED, "differences", findings.size()),
        figure(name, Figure.BARE, "unsteady", unsteady.size()));
  }

  private static Figure figure(String name, String contender, String metric, double value) {
    return new Figure(name, contender, 1, metric, value, "1");
  }
}
