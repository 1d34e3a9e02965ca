package dev.holdfast.http.okhttp;

import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.net.ProtocolException;

/**
 * The request may or may not have run, and must not run twice. OkHttp's calls declare {@link
 * IOException}, so this is one, and of the kind that OkHttp does not repeat; its cause is the
 * {@link AmbiguousOutcomeException} that says how far the request got, which {@code
 * AmbiguousOutcomeException.in(thrown)} finds, and the first of its suppressed exceptions the
 * client's own. Names the method; never a URL, a header, a body or an address.
 */
public final class AmbiguousOkHttpOutcomeException extends ProtocolException {

  private static final long serialVersionUID = 1L;

  AmbiguousOkHttpOutcomeException(AmbiguousOutcomeException outcome, IOException clients) {
    super(outcome.getMessage());
    initCause(outcome);
    addSuppressed(clients);
  }
}
