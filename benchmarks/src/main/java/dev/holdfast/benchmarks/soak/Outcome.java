package dev.holdfast.benchmarks.soak;

import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import java.net.ConnectException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;

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
  /** Failed with a failed connect, so that its caller takes it for not executed. */
  NOT_CONNECTED,
  /** Failed with whatever the client throws. */
  UNTYPED;

  /** Deeper chains of causes are cyclic. */
  private static final int DEPTH = 32;

  static Outcome of(Throwable failure) {
    if (AmbiguousOutcomeException.in(failure).isPresent()) {
      return AMBIGUOUS;
    }
    if (NotExecutedException.in(failure).isPresent()) {
      return NOT_EXECUTED;
    }
    return isConnect(failure) ? NOT_CONNECTED : UNTYPED;
  }

  private static boolean isConnect(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEPTH; depth++) {
      if (cause instanceof ConnectException || cause instanceof ConnectTimeoutException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  boolean failed() {
    return this != ANSWERED && this != SWAPPED;
  }
}
