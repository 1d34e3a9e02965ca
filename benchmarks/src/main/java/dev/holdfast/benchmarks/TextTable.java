package dev.holdfast.benchmarks;

import java.util.List;

/** Rows with the first column to the left and the others, figures, to the right. */
final class TextTable {
  private TextTable() {}

  /**
   * @param rows the headings first, all of one length
   */
  static String of(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        out.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
      }
      out.append('\n');
    }
    return out.toString();
  }
}
