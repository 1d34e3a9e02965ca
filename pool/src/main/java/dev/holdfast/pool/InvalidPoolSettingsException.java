package dev.holdfast.pool;

import java.util.List;

/** Settings that contradict each other or are out of range; all of them at once. */
public final class InvalidPoolSettingsException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** One line for each. */
  private final String[] problems;

  InvalidPoolSettingsException(String pool, List<String> problems) {
    super("pool " + pool + ": " + String.join("; ", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /**
   * One line for each: what, value, limit, source and fix.
   *
   * @return at least one
   */
  public List<String> problems() {
    return List.of(problems);
  }
}
