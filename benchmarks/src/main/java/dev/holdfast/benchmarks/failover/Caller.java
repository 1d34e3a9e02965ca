package dev.holdfast.benchmarks.failover;

/** One client. Used by one thread at a time. */
@FunctionalInterface
interface Caller {

  /**
   * Calls once.
   *
   * @param id of this call, by which a server can count how often it ran
   * @return whether the answer is what the caller wants by now; an exception is a call that failed
   */
  boolean call(String id) throws Exception;
}
