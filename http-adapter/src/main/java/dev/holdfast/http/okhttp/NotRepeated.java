package dev.holdfast.http.okhttp;

import java.io.IOException;
import java.net.ProtocolException;

/**
 * Carries a client's exception past the client's own retry, which repeats whatever was not
 * answered: what fails the protocol it does not. {@link CallInterceptor} takes the exception out
 * again.
 */
final class NotRepeated extends ProtocolException {

  private static final long serialVersionUID = 1L;

  private final IOException clients;

  NotRepeated(IOException clients) {
    super(String.valueOf(clients.getMessage()));
    this.clients = clients;
    initCause(clients);
  }

  /** What the caller gets, with what the client has added meanwhile. */
  IOException clients() {
    for (Throwable added : getSuppressed()) {
      clients.addSuppressed(added);
    }
    return clients;
  }
}
