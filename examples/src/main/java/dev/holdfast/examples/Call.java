package dev.holdfast.examples;

/**
 * One call of the workload and how it ended for its caller.
 *
 * @param key the counter the call is about; of its own for every INCR
 * @param kind what was called
 * @param startNanos when, since the run's start
 * @param tookNanos until it returned or threw
 * @param wireAgeNanos how long no byte had passed the middlebox when it started
 * @param ending how it ended
 */
record Call(
    String key, Kind kind, long startNanos, long tookNanos, long wireAgeNanos, Ending ending) {
  enum Kind {
    INCR,
    GET
  }

  enum Ending {
    SUCCEEDED,
    /** Threw, and nothing says that the caller must look. */
    FAILED,
    /** Threw {@code AmbiguousOutcomeException}: may have run, must not be repeated blindly. */
    AMBIGUOUS
  }
}
