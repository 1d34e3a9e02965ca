package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.retry.ReplaySafety;
import java.net.SocketAddress;
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
  private volatile boolean cancelled;
  private volatile long lostAtNanos;
  private volatile Object lostAt = "";
  private volatile @Nullable Exchange lost;
  private volatile @Nullable Exchange sent;

  // Written and read by one thread after the other; what hands the call on orders them.
  private boolean eachLeg;
  private boolean sentOnce;
  private boolean laterLeg;
  private boolean loopRepeated;
  private @Nullable DeclinedAnswer declined;

  Call(HttpGuardSettings settings, GuardMeters meters) {
    this.settings = settings;
    this.meters = meters;
  }

  /** The latest sending; null until a connection was there to carry it. */
  @Nullable Exchange latest() {
    return latest;
  }

  void begins(Exchange exchange) {
    Exchange before = latest;
    if (before != null) {
      before.abandon(); // the client has sent it anew of itself
    }
    latest = exchange;
  }

  /**
   * The caller has hung up.
   *
   * @return what is to be let go on its own event loop; null if nothing has begun, and whoever
   *     begins it will see
   */
  @Nullable Exchange cancel() {
    cancelled = true;
    return latest;
  }

  /** Whether the caller has hung up. */
  boolean cancelled() {
    return cancelled;
  }

  /** The call is about to be sent anew: what was said of the last sending is settled. */
  void again(Exchange before) {
    latest = null;
    lost = before;
    if (!before.neverSent()) {
      sent = before;
    }
  }

  /** What was lost and is being repeated; null if nothing is. */
  @Nullable Exchange lost() {
    return lost;
  }

  /** The latest sending before this one of which a server may have run something; null if none. */
  @Nullable Exchange sentBefore() {
    return sent;
  }

  /** An exchange is over, and nothing of it will be asked. */
  void forget(Exchange over) {
    if (latest == over) {
      LATEST.lazySet(this, null);
    }
  }

  /** The user wants nothing sent again that was sent. */
  void isSentOnce() {
    sentOnce = true;
  }

  /** Whether it is not to be sent again once it was sent. */
  boolean sentOnce() {
    return sentOnce;
  }

  /** Whatever loop of the client a leg belongs to, it is repeated by itself. */
  void repeatsEachLeg() {
    eachLeg = true;
  }

  /** Whether any leg is repeated by itself. */
  boolean repeatsLegs() {
    return eachLeg;
  }

  /** Whether sending all of the call again repeats no leg that was answered. */
  boolean mayStartOver() {
    return !laterLeg;
  }

  /**
   * Whether the leg under way can be repeated without one that was answered: the client's loop of
   * redirects and authentications begins with the first.
   */
  boolean mayRepeat() {
    return eachLeg || !laterLeg;
  }

  /** The client's loop repeats the leg it is at: it does so once. */
  void loopRepeats() {
    loopRepeated = true;
  }

  /** Whether it has not yet. */
  boolean loopMayRepeat() {
    return !loopRepeated;
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

  /** Where the connection leads that has lost it. */
  void lostAt(SocketAddress remote) {
    lostAt = remote;
  }

  /** A sending failed; counts what follows. */
  RetryDecision failed(String method, ReplaySafety safety, ExchangeProgress progress, Cause cause) {
    RequestAttempts made = attempts;
    if (made == null) {
      made = new RequestAttempts(settings, meters, method, safety);
      attempts = made;
    }
    lostAtNanos = System.nanoTime();
    made.lostAt(lostAt);
    return made.failed(progress, cause);
  }

  void answered() {
    RequestAttempts made = attempts;
    if (made != null) {
      made.answered();
      attempts = null;
      lost = null;
      sent = null;
    }
    laterLeg = true;
    declined = null;
  }

  /** All of it may be sent again for the answer that has come. */
  void declined(DeclinedAnswer answer) {
    declined = answer;
  }

  /** The answer that came last, if that is to wait and be sent again. */
  @Nullable DeclinedAnswer declined() {
    return declined;
  }

  /** It begins anew, as if it had not been answered. */
  void startsOver() {
    declined = null;
    latest = null;
    laterLeg = false;
    loopRepeated = false;
  }
}
