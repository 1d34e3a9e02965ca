package dev.holdfast.examples;

import static dev.holdfast.examples.Svg.escape;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The frame of a page that needs nothing but itself: its head, the figures, its style. */
final class Page {
  private final List<Score> scores;
  private final List<String> explained;
  private final StringBuilder out = new StringBuilder();

  Page(List<Score> scores) {
    this(scores, List.of());
  }

  /**
   * Of incidents, of which no client can help some.
   *
   * @param explained names of those, see {@link Summary#of(List, List)}
   */
  Page(List<Score> scores, List<String> explained) {
    this.scores = scores;
    this.explained = explained;
  }

  /** Begins the page, up to the cards and the table. */
  Page open(String heading, String lead, Setting setting) {
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>Holdfast: bare and guarded, side by side</title>\n<style>\n")
        .append(style())
        .append("</style>\n</head>\n<body>\n<main>\n<header>\n<h1>")
        .append(escape(heading))
        .append("</h1>\n<p class=\"lead\">")
        .append(escape(lead))
        .append("</p>\n<p class=\"setting\">")
        .append(escape(setting.text()))
        .append("</p>\n</header>\n");
    cards();
    table();
    String notCounted = Summary.notCounted(explained);
    if (!notCounted.isEmpty()) {
      out.append("<p class=\"legend\">").append(escape(notCounted)).append("</p>\n");
    }
    return this;
  }

  /** Adds markup. */
  Page html(String markup) {
    out.append(markup);
    return this;
  }

  String close() {
    return out.append("</main>\n</body>\n</html>\n").toString();
  }

  private void cards() {
    out.append("<section class=\"cards\">\n");
    for (String mode : modes()) {
      List<Score> runs = Summary.mode(Summary.counted(scores, explained), mode);
      boolean clean = runs.stream().allMatch(Score::clean);
      out.append("<div class=\"card %s\"><h2>%s</h2>".formatted(clean ? "ok" : "not-ok", mode));
      figure(runs.stream().mapToLong(Score::errors).sum(), "calls failed");
      figure(runs.stream().mapToLong(Score::duplicates).sum(), "ran twice");
      figure(runs.stream().mapToLong(Score::ambiguous).sum(), "reported ambiguous");
      figure(runs.stream().mapToLong(Score::maxStallMillis).max().orElse(0), "ms, the worst stall");
      out.append("<p class=\"of\">of ")
          .append(runs.stream().mapToLong(Score::issued).sum())
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
    for (Score score : scores) {
      boolean counts = !explained.contains(score.scenario());
      out.append("<tr class=\"%s\">".formatted(!counts ? "" : score.clean() ? "ok" : "not-ok"));
      List<String> cells = TextTable.cells(score);
      for (int i = 0; i < cells.size(); i++) {
        cell("td", i, cells.get(i));
      }
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div>\n");
  }

  private void cell(String tag, int column, String text) {
    String type = TextTable.isFigure(column) ? " class=\"num\"" : "";
    String breakable = escape(text).replace("_", "_<wbr>"); // names of causes are long
    out.append("<%s%s>%s</%s>".formatted(tag, type, breakable, tag));
  }

  private Set<String> modes() {
    Set<String> modes = new LinkedHashSet<>();
    scores.forEach(score -> modes.add(score.mode()));
    return modes;
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
