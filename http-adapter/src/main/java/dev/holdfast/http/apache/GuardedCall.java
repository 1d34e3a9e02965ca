package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the guard, with all its attempts. The guard's table comes first.
 * Where it fails a request that may run twice, or one that was never sent, the client's own rule or
 * the user's is asked, as it is without a guard. Confined to the caller's thread.
 */
final class GuardedCall {

  private final ClassicHttpRequest request;
  private final ExecChain.Scope scope;
  private final CurrentRequest mine;
  private final RequestAttempts attempts;
  private final HttpGuardSettings settings;
  private final @Nullable RetryRule rule;
  private final Header[] headers;
  private final @Nullable HttpEntity body;

  /**
   * @param rule of the client; null if its user wants nothing repeated
   */
  GuardedCall(
      ClassicHttpRequest request,
      ExecChain.Scope scope,
      CurrentRequest mine,
      HttpGuardSettings settings,
      @Nullable RetryRule rule) {
    this.request = request;
    this.scope = scope;
    this.mine = mine;
    this.attempts = mine.attempts();
    this.settings = settings;
    this.rule = rule;
    this.headers = request.getHeaders();
    this.body = request.getEntity();
  }

  ClassicHttpResponse run(ExecChain chain) throws IOException, HttpException {
    int executions = 1;
    while (true) {
      try {
        ClassicHttpResponse response = chain.proceed(request, scope);
        attempts.answered();
        return response;
      } catch (IOException thrown) {
        if (scope.execRuntime.isExecutionAborted()) {
          tellEarlier(thrown);
          throw thrown;
        }
        if (settle(thrown, executions)) {
          executions++;
        }
      } catch (HttpException | RuntimeException thrown) {
        tellEarlier(thrown);
        throw thrown;
      }
      asItCame();
    }
  }

  /** No attempt follows this failure: an earlier one that was sent is found in it. */
  private void tellEarlier(Exception thrown) {
    mine.takeFailure();
    attempts.failedOtherwise();
    attempts.earlier().ifPresent(sent -> carry(thrown, sent));
  }

  private static void carry(Exception thrown, AmbiguousOutcomeException sent) {
    thrown.addSuppressed(sent);
    EarlierAttempt.tell(sent);
  }

  /** What is behind the guard in the chain adds headers to a request, and wraps its body. */
  private void asItCame() {
    request.setHeaders(headers);
    request.setEntity(body);
    mine.begins();
  }

  /**
   * Returns if the request is to be sent once more.
   *
   * @return whether the attempt counts: not if it only looked for a connection to be made
   */
  private boolean settle(IOException thrown, int executions) throws IOException {
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
            () -> rule != null && rule.allows(request, thrown, executions, scope.clientContext));
    return switch (decision) {
      case RETRY -> true;
      case AMBIGUOUS ->
          throw new AmbiguousHttpOutcomeException(
              new AmbiguousOutcomeException(
                  attempts.method(), progress.delivery(), failure.cause(), failure.evidence()),
              thrown);
      case FAIL -> others(thrown, executions, !progress.neverSent());
    };
  }

  /** Asks the pool for a connection that needs no dial, then the client's rule, or the user's. */
  private boolean others(IOException thrown, int executions, boolean sent) throws IOException {
    if (mine.poolInstead().take() && !sent) {
      attempts.movedToPooled();
      return false;
    }
    boolean mayBeAsked =
        !sent || (sentAgain() && settings.retries().mayRunTwice(attempts.safety()));
    boolean whole = body == null || body.isRepeatable();
    if (rule == null
        || !mayBeAsked
        || !whole
        || !rule.strategy().retryRequest(request, thrown, executions, scope.clientContext)) {
      throw last(thrown, sent);
    }
    pause(
        rule.strategy().getRetryInterval(request, thrown, executions, scope.clientContext), thrown);
    attempts.repeatedByOthers(sent);
    return true;
  }

  private boolean sentAgain() {
    return settings.replay().retry().getRetryConfig().getMaxAttempts() > 1;
  }

  private static void pause(@Nullable TimeValue delay, IOException thrown)
      throws InterruptedIOException {
    if (delay == null || !TimeValue.isPositive(delay)) {
      return;
    }
    try {
      delay.sleep();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException();
      interrupted.addSuppressed(thrown);
      throw interrupted;
    }
  }

  /**
   * What the caller gets. A write of which an attempt was sent is ambiguous, if the last one's own
   * exception reads as if nothing had happened; any other carries that attempt.
   */
  private IOException last(IOException thrown, boolean sent) {
    Optional<AmbiguousOutcomeException> earlier = attempts.earlier();
    if (earlier.isEmpty()) {
      return thrown;
    }
    boolean write = RequestSafety.of(request.getMethod(), false, false) != ReplaySafety.SAFE;
    if (write && !sent) {
      attempts.endsAsEarlier();
      return new AmbiguousHttpOutcomeException(earlier.get(), thrown);
    }
    carry(thrown, earlier.get());
    return thrown;
  }
}
