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
    return of(scores, List.of());
  }

  /**
   * Of incidents, of which no client can help some.
   *
   * @param explained names of those whose calls fail and whose reason the guard has named: they are
   *     shown, and count neither as failed nor as survived
   */
  static String of(List<Score> scores, List<String> explained) {
    List<Score> counted = counted(scores, explained);
    return sentence("bare", mode(counted, "bare"))
        + "\n"
        + sentence("guarded", mode(counted, "guarded"))
        + "\n"
        + (guardedIsClean(counted) ? "Guarded is clean." : "Guarded is NOT clean.")
        + (explained.isEmpty() ? "" : "\n" + notCounted(explained));
  }

  static List<Score> counted(List<Score> scores, List<String> explained) {
    return scores.stream().filter(score -> !explained.contains(score.scenario())).toList();
  }

  /** Empty if all are. */
  static String notCounted(List<String> explained) {
    return explained.isEmpty()
        ? ""
        : "Not counted, for no client can help it; the guard named the reason: "
            + String.join(", ", explained)
            + ".";
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
