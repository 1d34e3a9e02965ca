package dev.holdfast.benchmarks.broken;

/** How a client can fail its caller. */
enum Wrong {
  /** Answered, but it did not run exactly once. */
  ANSWERED_NOT_ONCE,
  /** Said not to have run, but it did. */
  RAN_ALTHOUGH_DENIED,
  RAN_TWICE,
  /** A transaction in part. */
  TORN,
  /** Another call's answer. */
  WRONG_ANSWER,
  /** Commands of one caller in another order than he issued them. */
  OUT_OF_ORDER,
  /** A transaction whose watched key had changed. */
  RAN_ALTHOUGH_WATCHED,
  /** Never completed. */
  LEFT_WAITING
}
