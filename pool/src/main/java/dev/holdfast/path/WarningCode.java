package dev.holdfast.path;

/** What a plan is made in spite of. */
public enum WarningCode {
  /** {@code TCP_USER_TIMEOUT} or the probe count makes keepalive kill too early or too late. */
  E10,
  /** The socket takes no keepalive options; the operating system's legal periods apply. */
  E12,
  /** A time that is most likely milliseconds taken for seconds, or the other way round. */
  UNIT,
  /** A server announces a longer timeout than it keeps; the smaller one is used. */
  W1,
  /** An AWS NLB is tuned above 350 s, where Nitro v6 targets forget the flow first. */
  W2
}
