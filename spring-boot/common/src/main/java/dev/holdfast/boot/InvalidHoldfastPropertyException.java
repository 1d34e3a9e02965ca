package dev.holdfast.boot;

import java.io.Serial;

/** A property under {@code holdfast} cannot be kept; the application does not start. */
public final class InvalidHoldfastPropertyException extends IllegalStateException {

  @Serial private static final long serialVersionUID = 1L;

  /** Its name. */
  private final String property;

  /** What it was set to. */
  private final String value;

  InvalidHoldfastPropertyException(String property, String value, RuntimeException cause) {
    super(property + ": " + cause.getMessage(), cause);
    this.property = property;
    this.value = value;
  }

  /**
   * Which.
   *
   * @return its name
   */
  public String property() {
    return property;
  }

  /**
   * What it was set to.
   *
   * @return its value
   */
  public String value() {
    return value;
  }
}
