package dev.holdfast.internal.http;

/** What becomes of a request whose exchange failed. */
public enum RetryDecision {
  /** Send it once more, on a new connection. */
  RETRY,
  /** It fails with the client's own exception: that one says all there is to say. */
  FAIL,
  /** It may have run and must not run twice: {@code AmbiguousOutcomeException}. */
  AMBIGUOUS
}
