package dev.holdfast.http.proof;

import org.jspecify.annotations.Nullable;

/**
 * What became of one call, as its caller saw it.
 *
 * @param millis how long the caller waited
 * @param thrown what the caller caught, if anything
 */
record Settled(String id, Verb verb, End end, long millis, @Nullable Throwable thrown) {

  /** How a call ends for its caller. */
  enum End {
    ANSWERED,
    /** Something else than the answer to this call was given as its answer. */
    FALSELY_ANSWERED,
    /** It may have run, and its caller is told so by type. */
    AMBIGUOUS,
    /** It has not run, and its caller is told so by type. */
    NOT_EXECUTED,
    /** It failed with the client's own error, from which nothing follows. */
    FAILED,
    /** It was still waiting when the test lost its patience. */
    HUNG
  }

  String line() {
    return "%s %s %s after %d ms: %s".formatted(verb, id, end, millis, thrown);
  }
}
