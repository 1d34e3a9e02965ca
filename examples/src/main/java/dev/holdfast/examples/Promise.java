package dev.holdfast.examples;

/** What the guard promises for an incident. Whatever it is, nothing runs twice. */
sealed interface Promise {

  /** No call fails. */
  record Survived() implements Promise {}

  /**
   * Calls fail, for no client can help it, and the guard names the reason.
   *
   * @param diagnosis the name it gives
   */
  record Explained(String diagnosis) implements Promise {}

  /** Whether the guarded party's figures keep it. */
  default boolean keptBy(Score guarded) {
    boolean honest = guarded.duplicates() == 0 && guarded.falseSuccesses() == 0;
    if (this instanceof Explained explained) {
      return honest && guarded.diagnoses().containsKey(explained.diagnosis());
    }
    return honest && guarded.errors() == 0;
  }
}
