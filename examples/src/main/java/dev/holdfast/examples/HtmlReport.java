package dev.holdfast.examples;

import static dev.holdfast.examples.Svg.escape;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>Holdfast: bare and guarded, side by side</title>\n<style>\n")
        .append(style())
        .append("</style>\n</head>\n<body>\n<main>\n<header>\n")
        .append("<h1>The same workload, bare and guarded</h1>\n<p class=\"lead\">")
        .append(Workload.THREADS)
        .append(" threads share one Lettuce connection to Redis through a middlebox that forgets")
        .append(" idle flows. Every INCR has its own counter, read from Redis afterwards.</p>\n")
        .append("<p class=\"setting\">")
        .append(escape(setting.text()))
        .append("</p>\n</header>\n");
    cards();
    table();
    legend();
    scenarios().forEach(this::scenario);
    return out.append("</main>\n</body>\n</html>\n").toString();
  }

  private void cards() {
    out.append("<section class=\"cards\">\n");
    for (String mode : modes()) {
      List<Outcome> runs = Summary.mode(outcomes, mode);
      boolean clean = runs.stream().allMatch(Outcome::clean);
      out.append("<div class=\"card %s\"><h2>%s</h2>".formatted(clean ? "ok" : "not-ok", mode));
      figure(runs.stream().mapToLong(Outcome::failed).sum(), "calls failed");
      figure(runs.stream().mapToLong(Outcome::duplicates).sum(), "ran twice");
      figure(runs.stream().mapToLong(Outcome::ambiguous).sum(), "reported ambiguous");
      figure(
          runs.stream().mapToLong(Outcome::maxStallMillis).max().orElse(0), "ms, the worst stall");
      out.append("<p class=\"of\">of ")
          .append(runs.stream().mapToLong(Outcome::issued).sum())
          .append(" calls</p></div>\n");
    }
    out.append("</section>\n");
  }

  private void figure(long value, String what) {
    out.append("<p class=\"figure\"><b>").append(value).append("</b> ").append(what).append("</p>");
  }

  private void table() {
    out.append("<div class=\"scroll\"><table>\n<thead><tr>");
    for (int i = 0; i < TextTable.HEADINGS.size(); i++) {
      cell("th", i, TextTable.HEADINGS.get(i));
    }
    out.append("</tr></thead>\n<tbody>\n");
    for (Outcome outcome : outcomes) {
      out.append("<tr class=\"%s\">".formatted(outcome.clean() ? "ok" : "not-ok"));
      List<String> cells = TextTable.cells(outcome);
      for (int i = 0; i < cells.size(); i++) {
        cell("td", i, cells.get(i));
      }
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div>\n");
  }

  private void cell(String tag, int column, String text) {
    String type = TextTable.isFigure(column) ? " class=\"num\"" : "";
    out.append("<%s%s>%s</%s>".formatted(tag, type, escape(text), tag));
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
      out.append("<figure class=\"%s\"><figcaption>".formatted(run.clean() ? "ok" : "not-ok"))
          .append(escape(Summary.sentence(run.mode(), List.of(run))))
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

  private Set<String> modes() {
    Set<String> modes = new LinkedHashSet<>();
    outcomes.forEach(outcome -> modes.add(outcome.mode()));
    return modes;
  }

  private Set<Scenario> scenarios() {
    Set<Scenario> scenarios = new LinkedHashSet<>();
    outcomes.forEach(outcome -> scenarios.add(outcome.scenario()));
    return scenarios;
  }

  private static String style() {
    try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
      if (css == null) {
        throw new IllegalStateException("report.css is missing beside " + HtmlReport.class);
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
