package dev.holdfast.diagnosis;

import java.util.Locale;

/** Who says how long a connection may be idle. */
public enum LimitSource {
  /** The path as the user declared it. */
  CONFIGURED,
  /** The server, in what it announces. */
  ADVERTISED,
  /** The ages at which connections were seen to end. */
  LEARNED;

  /**
   * The value for meter tags.
   *
   * @return the constant's name in lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
