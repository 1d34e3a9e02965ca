package dev.holdfast.wire;

import dev.holdfast.diagnosis.Cause;

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
   * Tells by the kernel's text, which the JDK and Netty hand on.
   *
   * @param message of an exception that a socket threw; it may name the server, so it is not for
   *     people
   * @return {@link Cause#KERNEL_TIMEOUT} for ETIMEDOUT; {@link Cause#PEER_CLOSED} for EPIPE, which
   *     is what a reset leaves that follows a FIN ({@code tcp_reset} in CLOSE_WAIT); {@link
   *     Cause#PEER_RESET} for the rest
   */
  public static Cause cause(String message) {
    if (message.contains("timed out")) {
      return Cause.KERNEL_TIMEOUT;
    }
    return message.contains("Broken pipe") ? Cause.PEER_CLOSED : Cause.PEER_RESET;
  }
}
