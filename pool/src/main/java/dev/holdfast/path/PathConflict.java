package dev.holdfast.path;

import java.util.function.UnaryOperator;

/**
 * One contradiction between the path and the settings.
 *
 * @param code which rule refuses
 * @param what the setting or the limit at fault; with {@code code} it identifies the conflict
 * @param value the value it has
 * @param limit the limit it breaks
 * @param source who set the limit, and where that is written
 * @param fix what to change, for people
 * @param remedy the same fix as a change of the settings
 */
public record PathConflict(
    ConflictCode code,
    String what,
    String value,
    String limit,
    String source,
    String fix,
    UnaryOperator<RequestedSettings> remedy) {

  /**
   * Refuses nulls.
   *
   * @param code which rule
   * @param what what was found
   * @param value the value it has
   * @param limit the limit it breaks
   * @param source who set the limit
   * @param fix what to change
   * @param remedy the fix as a change of the settings
   */
  public PathConflict {
    Checks.notNull("code", code);
    Checks.notNull("what", what);
    Checks.notNull("value", value);
    Checks.notNull("limit", limit);
    Checks.notNull("source", source);
    Checks.notNull("fix", fix);
    Checks.notNull("remedy", remedy);
  }

  /**
   * Applies the fix. The result no longer has this conflict; it may still have others.
   *
   * @param settings the settings that were refused
   * @return changed settings
   */
  public RequestedSettings applyTo(RequestedSettings settings) {
    return remedy.apply(settings);
  }

  /**
   * The conflict in one line.
   *
   * @return code, what, value, limit, source and fix
   */
  public String message() {
    return code + " " + what + ": " + value + ", " + limit + " (" + source + "). Fix: " + fix;
  }

  @Override
  public String toString() {
    return message();
  }
}
