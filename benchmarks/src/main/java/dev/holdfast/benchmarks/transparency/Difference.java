package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Transcript.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What one client showed and another did not.
 *
 * @param section where
 * @param lines the first few, of the bare client and the other
 */
record Difference(Section section, List<String> lines) {

  private static final int MOST_LINES = 4;

  static Optional<Difference> between(Transcript bare, Transcript other, Set<Section> sections) {
    for (Section section : sections) {
      List<String> lines = lines(bare.lines(section), other.lines(section));
      if (!lines.isEmpty()) {
        return Optional.of(new Difference(section, lines));
      }
    }
    return Optional.empty();
  }

  private static List<String> lines(List<String> bare, List<String> other) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < Math.max(bare.size(), other.size()); i++) {
      String left = i < bare.size() ? bare.get(i) : "(nothing)";
      String right = i < other.size() ? other.get(i) : "(nothing)";
      if (!Objects.equals(left, right) && found.size() < MOST_LINES) {
        found.add("bare     " + left + "\n    guarded  " + right);
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return section + "\n    " + String.join("\n    ", lines);
  }
}
