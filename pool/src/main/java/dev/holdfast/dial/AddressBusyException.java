package dev.holdfast.dial;

import java.io.IOException;

/** An address was not dialled, for its gate is not open and there are others. Nothing was sent. */
public final class AddressBusyException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Nothing is to be said but that. */
  public AddressBusyException() {
    super("not dialled: its gate is not open, and there are other addresses");
  }
}
