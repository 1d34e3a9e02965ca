package dev.holdfast.benchmarks.soak;

/** What a call did, which decides how the server can be asked about it. */
enum Work {
  /** GET, SET, or an HTTP GET: repeating it does no harm, only its answer is judged. */
  PLAIN,
  /** INCR of a key of its own. */
  INCREMENT,
  /** Two keys of its own, each incremented, in one MULTI. */
  TRANSACTION,
  /** RPUSH of a number of its own; the numbers of a list were sent in ascending order. */
  APPEND,
  /** An HTTP POST with an id of its own. */
  POST
}
