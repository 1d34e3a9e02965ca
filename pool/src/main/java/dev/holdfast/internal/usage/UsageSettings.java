package dev.holdfast.internal.usage;

import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import org.jspecify.annotations.Nullable;

/**
 * How the endpoints of a guard's clients are used. Immutable.
 *
 * @param usage null if the user did not say
 * @param declaredAt where the user said it
 * @param registry where it is declared
 */
public record UsageSettings(@Nullable Usage usage, String declaredAt, UsageRegistry registry) {

  /**
   * Whether churn is worth a word: who opens connections for short callers on purpose has said that
   * they are short-lived.
   *
   * @return false for endpoints declared short-lived
   */
  public boolean churnMatters() {
    return usage != Usage.SHORT_LIVED;
  }
}
