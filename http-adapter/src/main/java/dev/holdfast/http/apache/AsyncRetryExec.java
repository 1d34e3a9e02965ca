package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.report.GuardMeters;
import java.io.IOException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.async.AsyncExecChainHandler;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.jspecify.annotations.Nullable;

/** {@link RetryExec} of the asynchronous API: where the guard meets each request. */
final class AsyncRetryExec implements AsyncExecChainHandler {

  /**
   * Stands right behind HttpClient's retries in the chain of handlers: {@code
   * disableAutomaticRetries()} takes them out of the chain, and with them the place of this one.
   */
  static final class AutomaticRetries implements AsyncExecChainHandler {

    private volatile boolean met;

    @Override
    public void execute(
        HttpRequest request,
        @Nullable AsyncEntityProducer body,
        AsyncExecChain.Scope scope,
        AsyncExecChain chain,
        AsyncExecCallback callback)
        throws HttpException, IOException {
      met = true;
      chain.proceed(request, body, scope, callback);
    }
  }

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private final RetryRule rule;
  private final Installation installation;
  private final AutomaticRetries automatic;

  /**
   * @param automatic of the same chain, in front of this
   */
  AsyncRetryExec(
      HttpGuardSettings settings,
      GuardMeters meters,
      RetryRule rule,
      Installation installation,
      AutomaticRetries automatic) {
    this.settings = settings;
    this.meters = meters;
    this.rule = rule;
    this.installation = installation;
    this.automatic = automatic;
  }

  @Override
  public void execute(
      HttpRequest request,
      @Nullable AsyncEntityProducer body,
      AsyncExecChain.Scope scope,
      AsyncExecChain chain,
      AsyncExecCallback callback)
      throws HttpException, IOException {
    RequestAttempts attempts =
        new RequestAttempts(
            settings, meters, request.getMethod(), RetryExec.safety(request, scope.clientContext));
    AsyncRequest mine = new AsyncRequest(installation, attempts, scope, body);
    meters.called(1);
    Settlement settlement =
        new Settlement(
            request,
            scope.clientContext,
            mine,
            settings,
            automatic.met ? rule : null,
            mine::isWhole,
            sent -> {});
    new AsyncCall(
            new AsyncCall.Leg(request, body, scope, chain, callback), mine, settlement, meters)
        .begin();
  }
}
