package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.ExchangeProgress;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.RequestAttempts;
import dev.holdfast.http.RetryDecision;
import dev.holdfast.report.GuardMeters;
import dev.holdfast.retry.ReplaySafety;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One call of the user, over all its sendings. It travels in the Reactor context from the place
 * that may send it again to the connections that carry it. Sendings follow each other, possibly on
 * different event loops.
 */
final class Call {

  private static final AtomicReferenceFieldUpdater<Call, Exchange> LATEST =
      AtomicReferenceFieldUpdater.newUpdater(Call.class, Exchange.class, "latest");

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private final long beganNanos = System.nanoTime();
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
    LATEST.lazySet(this, exchange); // who asks was told of its failure afterwards
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

  /** Whether the connection was not made for this call: then it may be lost for its age. */
  boolean found(GuardedConnection connection) {
    return connection.retirement().used() > 0 || connection.worksSince() - beganNanos < 0;
  }

  /**
   * Whether a connection may carry this call: once the call was lost, only one that was dialled
   * since, or that has answered a request begun since. The others may end as the lost one did. That
   * payload arrived since is not enough: it may have passed before the path was lost.
   */
  boolean accepts(GuardedConnection connection) {
    return !lostBefore() || connection.worksSince() - lostAtNanos >= 0;
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
