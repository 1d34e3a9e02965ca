package dev.holdfast.path;

/**
 * Something about a path or its settings that a person should look at.
 *
 * @param code which rule warns
 * @param what what was found, with its numbers
 * @param fix what to change
 */
public record PathWarning(WarningCode code, String what, String fix) {

  /**
   * Refuses nulls.
   *
   * @param code which rule
   * @param what what was found
   * @param fix what to change
   */
  public PathWarning {
    Checks.notNull("code", code);
    Checks.notNull("what", what);
    Checks.notNull("fix", fix);
  }

  /**
   * The warning in one line.
   *
   * @return code, finding and fix
   */
  public String message() {
    return code + " " + what + ". Fix: " + fix;
  }
}
