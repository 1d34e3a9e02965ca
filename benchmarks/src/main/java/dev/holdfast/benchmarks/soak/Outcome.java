package dev.holdfast.benchmarks.soak;

import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;

/** What its caller learned of a call. */
enum Outcome {
  /** With an answer of its own. */
  ANSWERED,
  /** With the answer to another call. */
  SWAPPED,
  /** Failed, and is said to have perhaps run. */
  AMBIGUOUS,
  /** Failed, and is said not to have run. */
  NOT_EXECUTED,
  /** Failed with whatever the client throws. */
  UNTYPED;

  static Outcome of(Throwable failure) {
    if (AmbiguousOutcomeException.in(failure).isPresent()) {
      return AMBIGUOUS;
    }
    return NotExecutedException.in(failure).isPresent() ? NOT_EXECUTED : UNTYPED;
  }

  boolean failed() {
    return this == AMBIGUOUS || this == NOT_EXECUTED || this == UNTYPED;
  }
}
