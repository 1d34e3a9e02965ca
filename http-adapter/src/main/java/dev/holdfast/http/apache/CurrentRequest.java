package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.ExchangeProgress;
import dev.holdfast.http.RequestAttempts;
import dev.holdfast.retry.ReplaySafety;
import org.jspecify.annotations.Nullable;

/**
 * The request that this thread is executing. HttpClient's classic API leases, connects, sends and
 * receives on the caller's thread, but tells the connection nothing of the request before it is
 * sent, and the retry nothing of the connection after it failed.
 */
final class CurrentRequest {

  /** How the latest attempt failed. */
  record Failure(ExchangeProgress progress, Cause cause, String evidence) {}

  private static final ThreadLocal<@Nullable CurrentRequest> CURRENT = new ThreadLocal<>();

  private final Installation installation;
  private final RequestAttempts attempts;
  private final PoolInstead poolInstead = new PoolInstead();
  private @Nullable Failure failure;
  private boolean sent;
  private boolean leased;
  private volatile boolean gone;

  CurrentRequest(Installation installation, RequestAttempts attempts) {
    this.installation = installation;
    this.attempts = attempts;
  }

  static @Nullable CurrentRequest get() {
    return CURRENT.get();
  }

  /**
   * Ends what a thread executes, and goes on with what it had executed around it. The thread keeps
   * its empty entry, which holds nothing: a new one for each request is work for the collector.
   */
  static void set(@Nullable CurrentRequest request) {
    CURRENT.set(request);
  }

  /** Of the guard whose client executes it. */
  Installation installation() {
    return installation;
  }

  /** It has a connection of that guard's pool. */
  void leased() {
    leased = true;
  }

  boolean wasLeased() {
    return leased;
  }

  /** Its caller waits for a connection no more; from any thread. */
  void hangsUp() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  RequestAttempts attempts() {
    return attempts;
  }

  PoolInstead poolInstead() {
    return poolInstead;
  }

  boolean mayRunTwice() {
    return attempts.safety() != ReplaySafety.UNSAFE;
  }

  /** Another attempt begins. */
  void begins() {
    sent = false;
    gone = false;
    failure = null;
    poolInstead.begins();
  }

  /** A connection is about to send the request. */
  void sends() {
    sent = true;
  }

  /** Whether a connection has begun to send the latest attempt. */
  boolean sent() {
    return sent;
  }

  void failed(ExchangeProgress progress, Cause cause, String evidence) {
    failure = new Failure(progress, cause, evidence);
  }

  /** Null if the failure was not the connection's. */
  @Nullable Failure takeFailure() {
    Failure taken = failure;
    failure = null;
    return taken;
  }
}
