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

  static List<String> cells(Outcome outcome) {
    return List.of(
        outcome.scenario().name(),
        outcome.mode(),
        Long.toString(outcome.issued()),
        Long.toString(outcome.succeeded()),
        Long.toString(outcome.failed()),
        Long.toString(outcome.ambiguous()),
        Long.toString(outcome.duplicates()),
        Long.toString(outcome.falseSuccesses()),
        outcome.maxStallMillis() + " ms",
        Long.toString(outcome.connectionsOpened()),
        diagnoses(outcome.diagnoses()));
  }

  /** Whether a column holds figures, to be aligned to the right. */
  static boolean isFigure(int column) {
    return column >= 2 && column <= 9;
  }

  static String of(List<Outcome> outcomes) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    outcomes.forEach(outcome -> rows.add(cells(outcome)));
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
