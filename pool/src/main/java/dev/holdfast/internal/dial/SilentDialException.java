package dev.holdfast.internal.dial;

import java.net.SocketTimeoutException;

/**
 * A dial was given up for the next, because nothing answered. Thrown by a {@link
 * BlockingDialler.Dial}; it reaches no caller.
 */
public final class SilentDialException extends SocketTimeoutException {

  private static final long serialVersionUID = 1L;

  /** A dial nobody answered. */
  public SilentDialException() {
    super("connect timed out");
  }
}
