package dev.holdfast.connect;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.Locale;

/** How a connect ended. */
public enum ConnectOutcome {
  /** The connection is up. */
  CONNECTED,
  /** The last dial was refused: by an RST in answer to the SYN, or in the server's own words. */
  REFUSED,
  /** Nothing answered within the user's connect timeout. */
  TIMED_OUT,
  /**
   * No source port is left towards this destination: the kernel said so ({@code EADDRNOTAVAIL}), or
   * the gate knew before the dial.
   */
  NO_LOCAL_PORT,
  /** {@code EHOSTUNREACH} or {@code ENETUNREACH}. */
  UNREACHABLE,
  /** Every server reached spoke another protocol. */
  FOREIGN,
  /** The gate refused, before the first dial or after one that found no source port. */
  NOT_ADMITTED,
  /** The caller gave up: the connect was cancelled or its channel closed. */
  CANCELLED,
  /** The kernel or the client failed the connect otherwise. */
  FAILED;

  /**
   * What the kernel said. Java has a class for some errors and Netty's epoll for fewer, so their
   * texts are read: those of {@code strerror}.
   */
  static ConnectOutcome of(Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    if (failure instanceof ServerRefusalException
        || (failure instanceof ConnectException && text.contains("refused"))) {
      return REFUSED;
    }
    if (text.contains("Cannot assign requested address")) {
      return NO_LOCAL_PORT;
    }
    boolean unreachable =
        failure instanceof NoRouteToHostException
            || text.contains("No route to host")
            || text.contains("Network is unreachable");
    return unreachable ? UNREACHABLE : FAILED;
  }

  /**
   * The value for meter tags.
   *
   * @return the constant's name in lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
