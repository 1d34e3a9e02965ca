package dev.holdfast.examples;

import static dev.holdfast.examples.Svg.escape;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One page that needs nothing but itself. */
final class HtmlReport {
  private final List<Outcome> outcomes;
  private final StringBuilder out = new StringBuilder();

  private HtmlReport(List<Outcome> outcomes) {
    this.outcomes = outcomes;
  }

  static String of(Setting setting, List<Outcome> outcomes) {
    return new HtmlReport(outcomes).page(setting);
  }

  private String page(Setting setting) {
    legend();
    scenarios().forEach(this::scenario);
    String lead =
        ("%d threads share one Lettuce connection to Redis through a middlebox that forgets idle"
                + " flows. Every INCR has its own counter, read from Redis afterwards.")
            .formatted(Workload.THREADS);
    return new Page(Outcome.scores(outcomes))
        .open("The same workload, bare and guarded", lead, setting)
        .html(out.toString())
        .close();
  }

  private void legend() {
    out.append(
        """
        <p class="legend">In the pictures the shaded slope is the time without a byte on the wire.
        <span class="key good">●</span> a call that used an idle wire and succeeded,
        <span class="key bad">✕</span> a call that failed,
        <span class="key bad">○</span> an INCR that ran twice,
        <span class="key unsure">◆</span> a call reported as ambiguous; a line behind a mark is how
        long its caller waited. The bar on the axis is calls that succeeded in a burst,
        <span class="key connect">▲</span> a connection opened,
        <span class="key bad">❙</span> a flow was forgotten. Both clients take every step together:
        while one waits, the other is idle for longer.</p>
        """);
  }

  private void scenario(Scenario scenario) {
    List<Outcome> runs =
        outcomes.stream().filter(outcome -> outcome.scenario().equals(scenario)).toList();
    out.append("<section class=\"scenario\">\n<h2>")
        .append(escape(scenario.name()))
        .append("</h2>\n<p>")
        .append(escape(scenario.story()))
        .append("</p>\n");
    for (Outcome run : runs) {
      out.append(
              "<figure class=\"%s\"><figcaption>".formatted(run.score().clean() ? "ok" : "not-ok"))
          .append(escape(Summary.sentence(run.mode(), List.of(run.score()))))
          .append("</figcaption>\n")
          .append(AgePicture.of(run, runs));
      errors(run.errors());
      out.append("</figure>\n");
    }
    out.append("</section>\n");
  }

  private void errors(Map<String, Long> errors) {
    if (!errors.isEmpty()) {
      out.append("<ul class=\"errors\">");
      errors.forEach(
          (text, times) ->
              out.append("<li>%d × <code>%s</code></li>".formatted(times, escape(text))));
      out.append("</ul>\n");
    }
  }

  private Set<Scenario> scenarios() {
    Set<Scenario> scenarios = new LinkedHashSet<>();
    outcomes.forEach(outcome -> scenarios.add(outcome.scenario()));
    return scenarios;
  }
}
