package dev.holdfast.path;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds a preset by name; a miss names the nearest ones, by edit distance. */
final class PresetNames {

  private static final int NEAREST = 3;

  private PresetNames() {}

  static <P> P find(String what, String name, P[] known, Function<P, String> id) {
    String wanted = plain(name);
    for (P preset : known) {
      if (id.apply(preset).equals(wanted)) {
        return preset;
      }
    }
    throw Checks.refused(
        what,
        "'" + name + "'",
        "one of " + names(known, id).sorted().collect(Collectors.joining(", ")),
        "presets are the limits that were verified",
        "nearest are " + nearest(wanted, known, id) + "; or declare the limits yourself");
  }

  /** A name as presets are written. */
  static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Whether a name is another one with a letter missing, doubled, mistaken, or two swapped; a
   * number behind a name is no slip.
   */
  static boolean isSlip(String name, String known) {
    if (letters(name).equals(letters(known))) {
      return false;
    }
    return distance(name, known) == 1 || areSwapped(name, known);
  }

  private static String letters(String name) {
    return name.replaceFirst("[-.\\d]+$", "");
  }

  private static boolean areSwapped(String left, String right) {
    if (left.length() != right.length()) {
      return false;
    }
    int at = 0;
    while (at < left.length() && left.charAt(at) == right.charAt(at)) {
      at++;
    }
    return at + 1 < left.length()
        && left.charAt(at) == right.charAt(at + 1)
        && left.charAt(at + 1) == right.charAt(at)
        && left.substring(at + 2).equals(right.substring(at + 2));
  }

  static <P> String nearest(String wanted, P[] known, Function<P, String> id) {
    return names(known, id)
        .sorted(Comparator.comparingInt(each -> distance(wanted, each)))
        .limit(NEAREST)
        .collect(Collectors.joining(", "));
  }

  private static <P> Stream<String> names(P[] known, Function<P, String> id) {
    return Arrays.stream(known).map(id);
  }

  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    Arrays.setAll(row, column -> column);
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int substituted = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[right.length()];
  }
}
