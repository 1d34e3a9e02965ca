package dev.holdfast.gate;

import java.util.Locale;

/** What the gate does with those who want to dial an endpoint. */
public enum StormState {
  /** Everyone dials at once. */
  CALM,
  /** The endpoint failed or its connections were reset together: one caller at a time tries it. */
  PROBING,
  /** It answers again: connects are let through at a rising rate. */
  REFILLING;

  /**
   * The value for meter tags.
   *
   * @return lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
