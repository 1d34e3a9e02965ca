package dev.holdfast.benchmarks.failover;

/** Servers, a bare and a guarded client, and something that happens to the servers. */
interface Scene extends AutoCloseable {

  /** A client, connected. */
  Caller caller(boolean guarded) throws Exception;

  /**
   * It happens.
   *
   * @param done run once a caller can succeed only because it gets over what has happened
   */
  void happens(Runnable done) throws Exception;

  /** How often more than once something ran that a caller wanted run once; 0 if nobody counts. */
  default long twice(boolean guarded) {
    return 0;
  }

  /** Starts one. */
  @FunctionalInterface
  interface Start {
    Scene start() throws Exception;
  }
}
