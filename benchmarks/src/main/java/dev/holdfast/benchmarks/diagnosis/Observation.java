package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was said of one fault.
 *
 * @param fault what was brought about
 * @param said the diagnosis; empty if there was none
 */
public record Observation(Fault fault, Optional<Diagnosis> said) {

  /**
   * What was named.
   *
   * @return the explanations of the diagnosis
   */
  public Set<Explanation> named() {
    return said.map(Diagnosis::explanations).orElse(Set.of());
  }

  /**
   * Whether the truth was named and nothing beyond what is stated as indistinguishable from it; or,
   * where there is nothing to explain, nothing was said.
   *
   * @return true if so
   */
  public boolean correct() {
    return fault
        .truth()
        .map(truth -> named().contains(truth) && fault.stated().containsAll(named()))
        .orElse(said.isEmpty());
  }

  /**
   * The set named, for a table.
   *
   * @return names in the enum's order
   */
  public String text() {
    if (said.isEmpty()) {
      return "nothing said";
    }
    return named().isEmpty()
        ? "unexplained"
        : named().stream().sorted().map(Enum::name).collect(Collectors.joining(" | "));
  }
}
