package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.ExchangeProgress;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.RequestAttempts;
import dev.holdfast.http.RetryDecision;
import dev.holdfast.report.GuardMeters;
import dev.holdfast.retry.ReplaySafety;
import org.jspecify.annotations.Nullable;

/**
 * One call of the user, over all its sendings. It travels in the Reactor context from the place
 * that may send it again to the connections that carry it. Sendings follow each other, possibly on
 * different event loops.
 */
final class Call {

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private volatile @Nullable RequestAttempts attempts;
  private volatile @Nullable Exchange latest;
  private volatile long lostAtNanos;

  Call(HttpGuardSettings settings, GuardMeters meters) {
    this.settings = settings;
    this.meters = meters;
  }

  /** The latest sending; null until a connection was there to carry it. */
  @Nullable Exchange latest() {
    return latest;
  }

  void begins(Exchange exchange) {
    latest = exchange;
  }

  /** The call is about to be sent anew: what was said of the last sending is settled. */
  void again() {
    latest = null;
  }

  /** Whether a connection died under this call before. */
  boolean lostBefore() {
    RequestAttempts made = attempts;
    return made != null && made.needsNewConnection();
  }

  /**
   * Whether a connection that was last used so long ago may carry this call once it was lost: only
   * one that has worked since. The others have been idle as long as the lost one, and may end
   * likewise.
   */
  boolean accepts(long sincePayloadNanos, long nowNanos) {
    return sincePayloadNanos < nowNanos - lostAtNanos;
  }

  /** A sending failed; counts what follows. */
  RetryDecision failed(String method, ReplaySafety safety, ExchangeProgress progress, Cause cause) {
    RequestAttempts made = attempts;
    if (made == null) {
      made = new RequestAttempts(settings, meters, method, safety);
      attempts = made;
    }
    lostAtNanos = System.nanoTime();
    return made.failed(progress, cause);
  }

  void answered() {
    RequestAttempts made = attempts;
    if (made != null) {
      made.answered();
    }
  }
}
