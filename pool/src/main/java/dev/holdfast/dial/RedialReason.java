package dev.holdfast.dial;

import java.util.Locale;

/** Why a connect dialled once more. */
public enum RedialReason {
  /** No answer to the SYN within the time a live path needs: it, or its answer, was lost. */
  SILENCE,
  /** The connect was refused and the path declares a balancer: another dial may reach another. */
  REFUSED,
  /** The path declares a balancer and the server behind it spoke another protocol. */
  FOREIGN,
  /** The path declares a balancer, and the connection was closed or reset before any answer. */
  HUNG_UP;

  /**
   * The value for meter tags.
   *
   * @return the constant's name in lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
