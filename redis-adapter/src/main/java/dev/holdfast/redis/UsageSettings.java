package dev.holdfast.redis;

import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import org.jspecify.annotations.Nullable;

/**
 * How the endpoints of a guard's clients are used; immutable.
 *
 * @param usage null if the user did not say
 * @param declaredAt where the user said it
 * @param registry where it is declared
 */
record UsageSettings(@Nullable Usage usage, String declaredAt, UsageRegistry registry) {

  /** Who opens connections for short callers on purpose has said that they are short-lived. */
  boolean churnMatters() {
    return usage != Usage.SHORT_LIVED;
  }
}
