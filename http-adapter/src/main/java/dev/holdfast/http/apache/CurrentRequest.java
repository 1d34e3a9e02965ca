package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.socket.Caller;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.retry.ReplaySafety;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The request that this thread is executing. HttpClient's classic API leases, connects, sends and
 * receives on the caller's thread, but tells the connection nothing of the request before it is
 * sent, and the retry nothing of the connection after it failed.
 */
class CurrentRequest implements Caller {

  /** How the latest attempt failed. */
  record Failure(ExchangeProgress progress, Cause cause, String evidence) {}

  private static final ThreadLocal<@Nullable CurrentRequest> CURRENT = new ThreadLocal<>();

  private final Installation installation;
  private final RequestAttempts attempts;
  private final PoolInstead poolInstead = new PoolInstead();
  private @Nullable Failure failure;
  private boolean sent;
  private boolean leased;
  private final @Nullable Timeout responseTimeout;
  private boolean late;
  private volatile boolean gone;

  /**
   * @param responseTimeout of the request; null if its connection's holds
   */
  CurrentRequest(
      Installation installation, RequestAttempts attempts, @Nullable Timeout responseTimeout) {
    this.installation = installation;
    this.attempts = attempts;
    this.responseTimeout = responseTimeout;
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

  @Override
  public boolean isGone() {
    return gone;
  }

  /** How long its caller waits for an answer that does not come over a socket. */
  @Override
  public long patienceNanos(Socket socket) {
    if (responseTimeout != null) {
      return Timeout.isPositive(responseTimeout) ? responseTimeout.toNanoseconds() : Long.MAX_VALUE;
    }
    try {
      int millis = socket.getSoTimeout();
      return millis > 0 ? TimeUnit.MILLISECONDS.toNanos(millis) : Long.MAX_VALUE;
    } catch (SocketException closed) {
      return Long.MAX_VALUE;
    }
  }

  /** It was held back, unsent, for as long as its caller waits for an answer. */
  @Override
  public void isLate() {
    late = true;
  }

  /**
   * What the caller of a request hears that is late: what it would hear had it been sent.
   *
   * @throws SocketTimeoutException if it is
   */
  void requireInTime() throws SocketTimeoutException {
    if (late) {
      SocketTimeoutException timedOut = new SocketTimeoutException("Read timed out");
      timedOut.initCause(
          new NotExecutedException(
              attempts.method(),
              "the path to its server was dark for as long as an answer is waited for"));
      throw timedOut;
    }
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
    late = false;
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
