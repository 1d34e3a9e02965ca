package dev.holdfast.connect;

import java.util.Locale;

/** How a connect ended. */
public enum ConnectOutcome {
  /** The connection is up. */
  CONNECTED,
  /** The last dial was refused (RST in answer to the SYN). */
  REFUSED,
  /** Nothing answered within the user's connect timeout. */
  TIMED_OUT,
  /** Every server reached spoke another protocol. */
  FOREIGN,
  /** The gate refused before the first dial. */
  NOT_ADMITTED,
  /** The caller gave up: the connect was cancelled or its channel closed. */
  CANCELLED,
  /** The kernel or the client failed the connect otherwise: no route, no free port. */
  FAILED;

  /**
   * The value for meter tags.
   *
   * @return the constant's name in lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
