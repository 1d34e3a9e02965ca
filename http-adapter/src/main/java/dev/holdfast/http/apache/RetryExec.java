package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.RequestAttempts;
import dev.holdfast.http.RequestSafety;
import dev.holdfast.http.RetryDecision;
import dev.holdfast.report.GuardMeters;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Decides on each failed exchange, with what its connection recorded. */
final class RetryExec implements ExecChainHandler {

  static final String MARK = "dev.holdfast.http.replay-safe";

  private final HttpGuardSettings settings;
  private final GuardMeters meters;

  RetryExec(HttpGuardSettings settings, GuardMeters meters) {
    this.settings = settings;
    this.meters = meters;
  }

  static ReplaySafety safety(ClassicHttpRequest request, HttpContext context) {
    if (RequestSafety.of(request.getMethod(), false, false) == ReplaySafety.SAFE) {
      return ReplaySafety.SAFE; // whatever its headers say
    }
    Header key = request.getFirstHeader(RequestSafety.IDEMPOTENCY_KEY);
    String value = key == null ? null : key.getValue();
    boolean keyed = value != null && !value.isBlank();
    boolean marked = Boolean.TRUE.equals(context.getAttribute(MARK));
    return RequestSafety.of(request.getMethod(), keyed, marked);
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    RequestAttempts attempts =
        new RequestAttempts(
            settings, meters, request.getMethod(), safety(request, scope.clientContext));
    CurrentRequest mine = new CurrentRequest(attempts);
    @Nullable CurrentRequest outer = CurrentRequest.get();
    CurrentRequest.set(mine);
    try {
      return attempt(request, scope, chain, mine);
    } finally {
      CurrentRequest.set(outer);
    }
  }

  private static ClassicHttpResponse attempt(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain, CurrentRequest mine)
      throws IOException, HttpException {
    Header[] headers = request.getHeaders();
    ClassicHttpRequest current = request;
    while (true) {
      try {
        ClassicHttpResponse response = chain.proceed(current, scope);
        mine.attempts().answered();
        return response;
      } catch (IOException thrown) {
        CurrentRequest.Failure failure = mine.takeFailure();
        if (failure == null || scope.execRuntime.isExecutionAborted()) {
          throw thrown;
        }
        RetryDecision decision = mine.attempts().failed(failure.progress(), failure.cause());
        if (decision == RetryDecision.AMBIGUOUS) {
          throw ambiguous(mine, failure, thrown);
        }
        if (decision == RetryDecision.FAIL) {
          throw thrown;
        }
        current = again(request, scope, headers);
      }
    }
  }

  /** The request as it came in: what is behind this handler in the chain adds headers to it. */
  private static ClassicHttpRequest again(
      ClassicHttpRequest request, ExecChain.Scope scope, Header[] headers) {
    ClassicHttpRequest copy = ClassicRequestBuilder.copy(request).build();
    copy.setHeaders(headers);
    copy.setEntity(scope.originalRequest.getEntity());
    return copy;
  }

  private static IOException ambiguous(
      CurrentRequest mine, CurrentRequest.Failure failure, IOException thrown) {
    return new AmbiguousHttpOutcomeException(
        new AmbiguousOutcomeException(
            mine.attempts().method(),
            failure.progress().delivery(),
            failure.cause(),
            failure.evidence()),
        thrown);
  }
}
