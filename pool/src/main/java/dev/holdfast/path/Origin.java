package dev.holdfast.path;

/**
 * Where a number of a plan comes from.
 *
 * @param rule the rule that gave it, as {@code R2}
 * @param setBy the hop, server, setting or default that decided
 * @param arithmetic how it was computed
 */
public record Origin(String rule, String setBy, String arithmetic) {

  /**
   * Refuses nulls.
   *
   * @param rule the rule that gave it
   * @param setBy what decided
   * @param arithmetic how it was computed
   */
  public Origin {
    Checks.notNull("rule", rule);
    Checks.notNull("setBy", setBy);
    Checks.notNull("arithmetic", arithmetic);
  }

  @Override
  public String toString() {
    return rule + ", set by " + setBy + ": " + arithmetic;
  }
}
