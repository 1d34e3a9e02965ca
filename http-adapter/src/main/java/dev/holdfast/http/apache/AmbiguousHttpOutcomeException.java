package dev.holdfast.http.apache;

import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;

/**
 * The request may or may not have run, and must not run twice. HttpClient's methods declare {@link
 * IOException}, so this is one; its cause is the {@link AmbiguousOutcomeException} that says how
 * far the request got, which {@code AmbiguousOutcomeException.in(thrown)} finds, and its only
 * suppressed exception the client's own. Names the method; never a URL, a header, a body or an
 * address.
 */
public final class AmbiguousHttpOutcomeException extends IOException {

  private static final long serialVersionUID = 1L;

  AmbiguousHttpOutcomeException(AmbiguousOutcomeException outcome, IOException clients) {
    super(outcome.getMessage(), outcome);
    addSuppressed(clients);
  }
}
