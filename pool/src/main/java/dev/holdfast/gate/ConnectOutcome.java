package dev.holdfast.gate;

import dev.holdfast.internal.gate.ServerRefusalException;
import dev.holdfast.internal.wire.Errno;
import java.net.ConnectException;
import java.util.Locale;
import java.util.Optional;

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
  /**
   * The handshake was done and the connection reset before the client had it ({@code ECONNRESET}).
   * One that is closed a moment later is {@link #CONNECTED}.
   */
  HUNG_UP,
  /** The gate refused, before the first dial or after one that found no source port. */
  NOT_ADMITTED,
  /** The caller gave up: the connect was cancelled or its channel closed. */
  CANCELLED,
  /** The kernel or the client failed the connect otherwise. */
  FAILED;

  /**
   * What the kernel said, by the error's number. Java has a class for some errors, of which {@link
   * ConnectException} is the refusal unless it says otherwise, in whatever language.
   *
   * @param failure of a connect
   * @return how it ended
   */
  public static ConnectOutcome of(Throwable failure) {
    if (failure instanceof ServerRefusalException) {
      return REFUSED;
    }
    Optional<Errno> errno = Errno.of(failure);
    if (errno.isPresent()) {
      return switch (errno.get()) {
        case ECONNREFUSED -> failure instanceof ConnectException ? REFUSED : FAILED;
        case EADDRNOTAVAIL -> NO_LOCAL_PORT;
        case EHOSTUNREACH, ENETUNREACH -> UNREACHABLE;
        case ECONNRESET, EPIPE -> HUNG_UP;
        default -> FAILED;
      };
    }
    return failure.getClass() == ConnectException.class ? REFUSED : FAILED;
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
