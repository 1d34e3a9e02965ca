package dev.holdfast.internal.http;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.retry.LostCall;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.ReplaySafety;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request: two at most by the guard's own table, whatever the reason for the
 * second. What no server can have run is no attempt, if it was refused or its connection was found
 * dead: it moves as often as that happens, and whoever asks here sets an end to it. A connection
 * made for the request that dies before anything is sent counts, or a server that ends all of them
 * would be dialled for ever. Replays go through the guard's Resilience4j instance; moves do not.
 * Keeps what was sent and lost first, so that no later failure hides it. Confined to one thread at
 * a time.
 */
public final class RequestAttempts {

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private final String method;
  private final ReplaySafety safety;
  private ReplayRetry.@Nullable Attempts replays;
  private Object remote = "";
  private boolean second;
  private boolean lost;
  private @Nullable AmbiguousOutcomeException latestLost;
  private @Nullable AmbiguousOutcomeException earlierLost;

  /**
   * Begins with the first attempt.
   *
   * @param settings of the guard
   * @param meters where the outcome is counted
   * @param method of the request
   * @param safety of the request, from {@link RequestSafety}
   */
  public RequestAttempts(
      HttpGuardSettings settings, GuardMeters meters, String method, ReplaySafety safety) {
    this.settings = settings;
    this.meters = meters;
    this.method = method;
    this.safety = safety;
  }

  /**
   * Whether the next connection must be a new one: an earlier attempt met a dead one.
   *
   * @return true from the second attempt on
   */
  public boolean needsNewConnection() {
    return lost;
  }

  /**
   * Whether the request may run twice, so that it need not wait for a proof.
   *
   * @return its safety
   */
  public ReplaySafety safety() {
    return safety;
  }

  /**
   * The method, as it may be named.
   *
   * @return see {@link RequestSafety#name}
   */
  public String method() {
    return RequestSafety.name(method);
  }

  /**
   * An attempt failed; counts what follows.
   *
   * @param progress how far it got
   * @param cause why its connection ended
   * @return what becomes of the request; {@link RetryDecision#RETRY} at most once, and each time it
   *     was {@linkplain ExchangeFailure#REFUSED refused}, or never sent over a connection that had
   *     been used before
   */
  public RetryDecision failed(ExchangeProgress progress, Cause cause) {
    return failed(progress, cause, cause.text(), () -> true);
  }

  /**
   * The same, where others have a say.
   *
   * @param progress how far it got
   * @param cause why its connection ended
   * @param evidence what showed it, without payload or addresses
   * @param allowed asked before a request that was sent is sent once more: whether whoever owns the
   *     client's retries has not switched them off
   * @return what becomes of the request
   */
  public RetryDecision failed(
      ExchangeProgress progress, Cause cause, String evidence, BooleanSupplier allowed) {
    begins();
    if (!progress.neverSent()) {
      latestLost =
          new AmbiguousOutcomeException(method(), progress.delivery(), cause, evidence, safety);
    }
    RetryDecision decision = decide(progress, cause, allowed);
    switch (decision) {
      case RETRY -> {
        lost |= progress.failure() != ExchangeFailure.REFUSED;
        second |= !isNoAttempt(progress);
        if (progress.neverSent()) {
          meters.moved(1);
        } else {
          meters.replayed(1);
        }
      }
      case AMBIGUOUS -> meters.ambiguous(method());
      case FAIL -> {}
    }
    return decision;
  }

  /**
   * Where the attempt went that failed, for what replays may cost there.
   *
   * @param address of the connection
   */
  public void lostAt(Object address) {
    remote = address;
  }

  /** What was sent and lost first is what the caller learns, for what followed hides it. */
  public void endsAsEarlier() {
    meters.ambiguous(method());
  }

  /** What is known of the latest attempt becomes what is known of an earlier one. */
  private void begins() {
    if (earlierLost == null) {
      earlierLost = latestLost;
    }
    latestLost = null;
  }

  /** An attempt failed before it had a connection, or in a way that tells nothing of its fate. */
  public void failedOtherwise() {
    begins();
  }

  /**
   * The first attempt that was sent and not answered, if the latest is another one: the request may
   * have run then, whatever the latest says.
   *
   * @return what is known of it
   */
  public Optional<AmbiguousOutcomeException> earlier() {
    return Optional.ofNullable(earlierLost);
  }

  /**
   * The request is sent once more by a rule that is not the guard's: the client's, or the user's.
   *
   * @param sent whether the latest attempt was sent
   */
  public void repeatedByOthers(boolean sent) {
    second = true;
    lost = true;
    if (sent) {
      meters.replayed(1);
    } else {
      meters.moved(1);
    }
  }

  /**
   * The request was not sent, as no connection was to be had, and goes to one that the pool holds.
   */
  public void movedToPooled() {
    meters.moved(1);
  }

  private static boolean isNoAttempt(ExchangeProgress progress) {
    return progress.failure() == ExchangeFailure.REFUSED
        || (progress.neverSent() && progress.reused());
  }

  private RetryDecision decide(ExchangeProgress progress, Cause cause, BooleanSupplier allowed) {
    ReplayRetry.Attempts before = replays;
    if (before != null && before.replayed() && !progress.neverSent()) {
      settings.replay().budgets().of(remote).replayLost();
    }
    RetryDecision decision = settings.retries().decide(safety, progress);
    if (decision != RetryDecision.RETRY) {
      return decision;
    }
    if (isNoAttempt(progress)) {
      return RetryDecision.RETRY;
    }
    if (second) {
      return RetryDecision.FAIL;
    }
    if (progress.neverSent()) {
      return RetryDecision.RETRY;
    }
    if (!allowed.getAsBoolean()) {
      return RetryDecision.FAIL;
    }
    ReplayRetry.Attempts book = settings.replay().begin(remote);
    replays = book;
    return book.mayReplay(new LostCall(method(), progress.delivery(), safety, cause))
        ? RetryDecision.RETRY
        : RetryDecision.FAIL;
  }

  /** The request was answered. */
  public void answered() {
    ReplayRetry.Attempts book = replays;
    if (book != null) {
      book.answered();
    }
  }
}
