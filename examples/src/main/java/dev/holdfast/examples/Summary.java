package dev.holdfast.examples;

import java.util.List;

/** The run in a sentence or two. */
final class Summary {
  private Summary() {}

  static boolean guardedIsClean(List<Outcome> outcomes) {
    List<Outcome> guarded = mode(outcomes, "guarded");
    return !guarded.isEmpty() && guarded.stream().allMatch(Outcome::clean);
  }

  static String of(List<Outcome> outcomes) {
    return sentence("bare", mode(outcomes, "bare"))
        + "\n"
        + sentence("guarded", mode(outcomes, "guarded"))
        + "\n"
        + (guardedIsClean(outcomes) ? "Guarded is clean." : "Guarded is NOT clean.");
  }

  static String sentence(String mode, List<Outcome> outcomes) {
    long ambiguous = outcomes.stream().mapToLong(Outcome::ambiguous).sum();
    return "%s: %d of %d calls failed, %d ran twice, %d succeeded falsely%s; worst stall %d ms."
        .formatted(
            mode,
            outcomes.stream().mapToLong(Outcome::failed).sum(),
            outcomes.stream().mapToLong(Outcome::issued).sum(),
            outcomes.stream().mapToLong(Outcome::duplicates).sum(),
            outcomes.stream().mapToLong(Outcome::falseSuccesses).sum(),
            ambiguous == 0 ? "" : ", %d were reported as ambiguous".formatted(ambiguous),
            outcomes.stream().mapToLong(Outcome::maxStallMillis).max().orElse(0));
  }

  static List<Outcome> mode(List<Outcome> outcomes, String mode) {
    return outcomes.stream().filter(outcome -> outcome.mode().equals(mode)).toList();
  }
}
