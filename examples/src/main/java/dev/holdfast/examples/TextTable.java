package dev.holdfast.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures as a table, for the terminal and, cell by cell, for the page. */
final class TextTable {
  static final List<String> HEADINGS =
      List.of(
          "scenario",
          "mode",
          "issued",
          "ok",
          "errors",
          "ambiguous",
          "ran twice",
          "false ok",
          "worst stall",
          "connections",
          "diagnoses");

  private TextTable() {}

  static List<String> cells(Score score) {
    return List.of(
        score.scenario(),
        score.mode(),
        Long.toString(score.issued()),
        Long.toString(score.succeeded()),
        Long.toString(score.errors()),
        Long.toString(score.ambiguous()),
        Long.toString(score.duplicates()),
        Long.toString(score.falseSuccesses()),
        score.maxStallMillis() + " ms",
        Long.toString(score.connectionsOpened()),
        diagnoses(score.diagnoses()));
  }

  /** Whether a column holds figures, to be aligned to the right. */
  static boolean isFigure(int column) {
    return column >= 2 && column <= 9;
  }

  static String of(List<Score> scores) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    scores.forEach(score -> rows.add(cells(score)));
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      out.append(line(row, widths)).append('\n');
      if (row == HEADINGS) {
        out.append(line(rules(widths), widths)).append('\n');
      }
    }
    return out.toString();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - row.get(i).length());
      line.append(isFigure(i) ? pad + row.get(i) : row.get(i) + pad).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static List<String> rules(int[] widths) {
    List<String> rules = new ArrayList<>();
    for (int width : widths) {
      rules.add("-".repeat(width));
    }
    return rules;
  }

  private static String diagnoses(Map<String, Long> diagnoses) {
    return diagnoses.isEmpty()
        ? "-"
        : diagnoses.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
