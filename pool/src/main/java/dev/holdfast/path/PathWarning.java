package dev.holdfast.path;

import java.time.Duration;
import java.util.Optional;

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
   * Looks at a time that a user gave outside of paths.
   *
   * @param what what it is for
   * @param given the time
   * @return a warning if it looks like another unit's number, as 1,000 s for one of 1,000 ms
   */
  public static Optional<PathWarning> ofUnit(String what, Duration given) {
    return UnitRule.warning(
        Checks.notNull("what", what), Checks.notNull("given", given), UnitRule.A_MINUTES_TIME);
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
