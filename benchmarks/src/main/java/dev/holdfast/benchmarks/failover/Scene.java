package dev.holdfast.benchmarks.failover;

import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /**
   * How often each call ran, as the servers know it in the end.
   *
   * @return by the calls' ids, without those that never ran; null if nobody counts
   */
  default @Nullable Map<String, Long> ran(boolean guarded) {
    return null;
  }

  /** Starts one. */
  @FunctionalInterface
  interface Start {
    Scene start() throws Exception;
  }
}
