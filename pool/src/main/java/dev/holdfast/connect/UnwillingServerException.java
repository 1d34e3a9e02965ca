package dev.holdfast.connect;

import java.net.ConnectException;

/**
 * A server took the connection only to say that it does not want it: a refusal in its own words.
 */
final class UnwillingServerException extends ConnectException {

  private static final long serialVersionUID = 1L;

  UnwillingServerException(String said) {
    super(said);
  }
}
