package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one request behind each attempt that failed. The guard's table comes first. Where
 * it fails a request that may run twice, or one that was never sent, the client's own rule or the
 * user's is asked, as it is without a guard. Confined to one thread at a time.
 */
final class Settlement {

  /**
   * The request is to be sent once more.
   *
   * @param counts whether the attempt that failed is one: not if it only looked for a connection
   * @param delay before the next; not positive if there is none
   * @param begins to be run once the delay is over
   */
  record Again(boolean counts, TimeValue delay, Runnable begins) {

    private static final Again AT_ONCE = new Again(true, TimeValue.ZERO_MILLISECONDS, () -> {});
    private static final Again UNCOUNTED = new Again(false, TimeValue.ZERO_MILLISECONDS, () -> {});
  }

  private final HttpRequest request;
  private final HttpContext context;
  private final CurrentRequest mine;
  private final RequestAttempts attempts;
  private final HttpGuardSettings settings;
  private final @Nullable RetryRule rule;
  private final BooleanSupplier whole;
  private final Consumer<? super AmbiguousOutcomeException> earlier;

  /**
   * @param rule of the client; null if its user wants nothing repeated
   * @param whole whether there is no body, or one that can be produced again
   * @param earlier hears of an attempt that was sent, and was not the last, where the last one's
   *     exception carries it
   */
  Settlement(
      HttpRequest request,
      HttpContext context,
      CurrentRequest mine,
      HttpGuardSettings settings,
      @Nullable RetryRule rule,
      BooleanSupplier whole,
      Consumer<? super AmbiguousOutcomeException> earlier) {
    this.request = request;
    this.context = context;
    this.mine = mine;
    this.attempts = mine.attempts();
    this.settings = settings;
    this.rule = rule;
    this.whole = whole;
    this.earlier = earlier;
  }

  /** No attempt follows this failure: an earlier one that was sent is found in it. */
  void tellEarlier(Exception thrown) {
    mine.takeFailure();
    attempts.failedOtherwise();
    attempts.earlier().ifPresent(sent -> carry(thrown, sent));
  }

  private void carry(Exception thrown, AmbiguousOutcomeException sent) {
    thrown.addSuppressed(sent);
    earlier.accept(sent);
  }

  /**
   * Decides on the latest attempt.
   *
   * @param executions how many attempts were made that count, this one among them
   * @return if the request is to be sent once more
   * @throws IOException what its caller gets if it is not
   */
  Again settle(IOException thrown, int executions) throws IOException {
    CurrentRequest.@Nullable Failure failure = mine.takeFailure();
    if (failure == null) {
      attempts.failedOtherwise();
      return others(thrown, executions, mine.sent());
    }
    ExchangeProgress progress = failure.progress();
    RetryDecision decision =
        attempts.failed(
            progress,
            failure.cause(),
            failure.evidence(),
            () -> rule != null && rule.allows(request, thrown, executions, context));
    return switch (decision) {
      case RETRY -> Again.AT_ONCE;
      case AMBIGUOUS ->
          throw new AmbiguousHttpOutcomeException(
              new AmbiguousOutcomeException(
                  attempts.method(), progress.delivery(), failure.cause(), failure.evidence()),
              thrown);
      case FAIL -> others(thrown, executions, !progress.neverSent());
    };
  }

  /** Asks the pool for a connection that needs no dial, then the client's rule, or the user's. */
  private Again others(IOException thrown, int executions, boolean sent) throws IOException {
    if (mine.poolInstead().take() && !sent) {
      attempts.movedToPooled();
      return Again.UNCOUNTED;
    }
    boolean mayBeAsked =
        !sent || (sentAgain() && settings.retries().mayRunTwice(attempts.safety()));
    if (rule == null
        || !mayBeAsked
        || !whole.getAsBoolean()
        || !rule.strategy().retryRequest(request, thrown, executions, context)) {
      throw last(thrown, sent);
    }
    TimeValue delay = rule.strategy().getRetryInterval(request, thrown, executions, context);
    return new Again(
        true,
        delay == null ? TimeValue.ZERO_MILLISECONDS : delay,
        () -> attempts.repeatedByOthers(sent));
  }

  private boolean sentAgain() {
    return settings.replay().retry().getRetryConfig().getMaxAttempts() > 1;
  }

  /**
   * What the caller gets. A write of which an attempt was sent is ambiguous, if the last one's own
   * exception reads as if nothing had happened; any other carries that attempt.
   */
  private IOException last(IOException thrown, boolean sent) {
    Optional<AmbiguousOutcomeException> before = attempts.earlier();
    if (before.isEmpty()) {
      return thrown;
    }
    boolean write = RequestSafety.of(request.getMethod(), false, false) != ReplaySafety.SAFE;
    if (write && !sent) {
      attempts.endsAsEarlier();
      return new AmbiguousHttpOutcomeException(before.get(), thrown);
    }
    carry(thrown, before.get());
    return thrown;
  }
}
