package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the guard, with all its attempts. Confined to the caller's thread.
 */
final class GuardedCall {

  private final ClassicHttpRequest request;
  private final ExecChain.Scope scope;
  private final CurrentRequest mine;
  private final Settlement settlement;
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
    this.headers = request.getHeaders();
    this.body = request.getEntity();
    this.settlement =
        new Settlement(
            request,
            scope.clientContext,
            mine,
            settings,
            rule,
            () -> body == null || body.isRepeatable(),
            EarlierAttempt::tell);
  }

  ClassicHttpResponse run(ExecChain chain) throws IOException, HttpException {
    int executions = 1;
    while (true) {
      try {
        ClassicHttpResponse response = chain.proceed(request, scope);
        mine.attempts().answered();
        return response;
      } catch (IOException thrown) {
        if (scope.execRuntime.isExecutionAborted()) {
          settlement.tellEarlier(thrown);
          throw thrown;
        }
        Settlement.Again again = settlement.settle(thrown, executions);
        pause(again.delay(), thrown);
        again.begins().run();
        if (again.counts()) {
          executions++;
        }
      } catch (HttpException | RuntimeException thrown) {
        settlement.tellEarlier(thrown);
        throw thrown;
      }
      asItCame();
    }
  }

  /** What is behind the guard in the chain adds headers to a request, and wraps its body. */
  private void asItCame() {
    request.setHeaders(headers);
    request.setEntity(body);
    mine.begins();
  }

  private static void pause(TimeValue delay, IOException thrown) throws InterruptedIOException {
    if (!TimeValue.isPositive(delay)) {
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
}
