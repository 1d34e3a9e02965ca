package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Where the guard meets each request: behind redirects and the user's handlers, so that what it
 * repeats is the message as they left it, and in front of authentication, which a new connection
 * may have to go through again.
 */
final class RetryExec implements ExecChainHandler {

  static final String MARK = "dev.holdfast.http.replay-safe";

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private final RetryRule rule;
  private final Installation installation;

  RetryExec(
      HttpGuardSettings settings, GuardMeters meters, RetryRule rule, Installation installation) {
    this.settings = settings;
    this.meters = meters;
    this.rule = rule;
    this.installation = installation;
  }

  static ReplaySafety safety(HttpRequest request, HttpContext context) {
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
    CurrentRequest mine =
        new CurrentRequest(
            installation,
            attempts,
            scope.clientContext.getRequestConfigOrDefault().getResponseTimeout());
    @Nullable CurrentRequest outer = CurrentRequest.get();
    CurrentRequest.set(mine);
    meters.called(1);
    try {
      boolean automatic = AutomaticRetries.take();
      ClassicHttpResponse response =
          new GuardedCall(request, scope, mine, settings, automatic ? rule : null).run(chain);
      installation.answered(mine);
      return response;
    } catch (InterruptedIOException ended) { // by a timeout of any kind, or by an abort
      meters.timedOut(1);
      throw ended;
    } finally {
      CurrentRequest.set(outer);
    }
  }
}
