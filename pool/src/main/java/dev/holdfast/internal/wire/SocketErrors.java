package dev.holdfast.internal.wire;

import dev.holdfast.diagnosis.Cause;
import java.util.Optional;

/** What an error of a socket says of its connection. Pure. */
public final class SocketErrors {

  private SocketErrors() {}

  /**
   * Whether a socket was closed by this process, in the caller's name or by the interrupt of its
   * virtual thread: the exception tells nothing about the path.
   *
   * @param failure what the socket threw
   * @return whether these are the JDK's words for it
   */
  public static boolean isOurClose(Throwable failure) {
    return "Socket closed".equalsIgnoreCase(failure.getMessage()) || isInterrupt(failure);
  }

  /**
   * Whether the interrupt of a virtual thread closed the socket it was blocked on.
   *
   * @param failure what the socket threw
   * @return whether these are the JDK's words for it
   */
  public static boolean isInterrupt(Throwable failure) {
    return "Closed by interrupt".equals(failure.getMessage());
  }

  /**
   * Tells by the error's number or, where it is not to be had, by its text in this host's language.
   *
   * @param message of an exception that a socket threw; it may name the server, so it is not for
   *     people
   * @return {@link Cause#KERNEL_TIMEOUT} for ETIMEDOUT; {@link Cause#PEER_CLOSED} for EPIPE, which
   *     is what a reset leaves that follows a FIN ({@code tcp_reset} in CLOSE_WAIT); {@link
   *     Cause#PEER_RESET} for the rest
   */
  public static Cause cause(String message) {
    return known(message).orElse(Cause.PEER_RESET);
  }

  /**
   * The same of an exception that anybody may have thrown.
   *
   * @param message of the exception
   * @return empty if it is no error of the kernel's
   */
  public static Optional<Cause> known(String message) {
    return Errno.of(message)
        .map(
            errno ->
                switch (errno) {
                  case ETIMEDOUT -> Cause.KERNEL_TIMEOUT;
                  case EPIPE -> Cause.PEER_CLOSED;
                  default -> Cause.PEER_RESET;
                });
  }
}
