package dev.holdfast.benchmarks.storm;

/** What one contender does with its connections. Times in microseconds. */
interface Reconnect {
  /** The connection was reset: how long until {@link #ask}. */
  long lost(int connection);

  /** 0 to dial now, else how long until asking again. */
  long ask(int connection);

  /** The dial's first SYN is unanswered for as long as one that is answered never is. */
  default void silent(int connection) {}

  void connected(int connection);

  /** The dial timed out: how long until {@link #ask}. */
  long failed(int connection);
}
