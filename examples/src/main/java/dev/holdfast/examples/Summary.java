package dev.holdfast.examples;

import java.util.List;

/** The run in a sentence or two. */
final class Summary {
  private Summary() {}

  static boolean guardedIsClean(List<Score> scores) {
    List<Score> guarded = mode(scores, "guarded");
    return !guarded.isEmpty() && guarded.stream().allMatch(Score::clean);
  }

  static String of(List<Score> scores) {
    return sentence("bare", mode(scores, "bare"))
        + "\n"
        + sentence("guarded", mode(scores, "guarded"))
        + "\n"
        + (guardedIsClean(scores) ? "Guarded is clean." : "Guarded is NOT clean.");
  }

  static String sentence(String mode, List<Score> scores) {
    long ambiguous = scores.stream().mapToLong(Score::ambiguous).sum();
    return "%s: %d of %d calls failed, %d ran twice, %d succeeded falsely%s; worst stall %d ms."
        .formatted(
            mode,
            scores.stream().mapToLong(Score::errors).sum(),
            scores.stream().mapToLong(Score::issued).sum(),
            scores.stream().mapToLong(Score::duplicates).sum(),
            scores.stream().mapToLong(Score::falseSuccesses).sum(),
            ambiguous == 0 ? "" : ", %d were reported as ambiguous".formatted(ambiguous),
            scores.stream().mapToLong(Score::maxStallMillis).max().orElse(0));
  }

  static List<Score> mode(List<Score> scores, String mode) {
    return scores.stream().filter(score -> score.mode().equals(mode)).toList();
  }
}
