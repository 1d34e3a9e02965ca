package dev.holdfast.http.apache;

import dev.holdfast.internal.report.GuardMeters;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the guard, with all its attempts, one after the other: each begins
 * when the one before has failed.
 */
final class AsyncCall implements AsyncExecCallback {

  /** What the client hands down its chain. */
  record Leg(
      HttpRequest request,
      @Nullable AsyncEntityProducer body,
      AsyncExecChain.Scope scope,
      AsyncExecChain chain,
      AsyncExecCallback callback) {}

  private final Leg leg;
  private final AsyncRequest mine;
  private final Settlement settlement;
  private final GuardMeters meters;
  private final AsyncExecChain.Scope scope;
  private final Header[] headers;
  private volatile boolean answered;

  AsyncCall(Leg leg, AsyncRequest mine, Settlement settlement, GuardMeters meters) {
    this.leg = leg;
    this.mine = mine;
    this.settlement = settlement;
    this.meters = meters;
    this.headers = leg.request().getHeaders();
    AsyncExecChain.Scope users = leg.scope();
    this.scope =
        new AsyncExecChain.Scope(
            users.exchangeId,
            users.route,
            users.originalRequest,
            users.cancellableDependency,
            users.clientContext,
            new AsyncRuntime(users.execRuntime, mine),
            users.scheduler,
            users.execCount);
  }

  void begin() throws HttpException, IOException {
    leg.chain().proceed(leg.request(), leg.body(), scope, this);
  }

  @Override
  public AsyncDataConsumer handleResponse(HttpResponse response, @Nullable EntityDetails body)
      throws HttpException, IOException {
    answered = true;
    mine.attempts().answered();
    mine.installation().answered(mine);
    return leg.callback().handleResponse(response, body);
  }

  @Override
  public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
    leg.callback().handleInformationResponse(response);
  }

  @Override
  public void completed() {
    leg.callback().completed();
  }

  @Override
  public void failed(Exception thrown) {
    if (answered || mine.isGone() || !(thrown instanceof IOException failure)) {
      settlement.tellEarlier(thrown);
      ends(thrown);
      return;
    }
    Settlement.Again again;
    try {
      again = settlement.settle(failure, scope.execCount.get());
    } catch (IOException last) {
      ends(last);
      return;
    }
    repeat(again, failure);
  }

  private void repeat(Settlement.Again again, IOException failure) {
    leg.scope().execRuntime.discardEndpoint();
    if (again.counts()) {
      scope.execCount.incrementAndGet();
    }
    again.begins().run();
    leg.request().setHeaders(headers); // what is behind the guard in the chain adds to them
    mine.begins();
    try {
      leg.scope()
          .scheduler
          .scheduleExecution(
              leg.request(),
              leg.body(),
              leg.scope(),
              (request, body, itsScope, callback) -> begin(),
              this,
              again.delay());
    } catch (RejectedExecutionException closed) { // the client
      ends(failure);
    }
  }

  private void ends(Exception thrown) {
    if (thrown instanceof InterruptedIOException) { // by a timeout of any kind, or by an abort
      meters.timedOut(1);
    }
    leg.callback().failed(thrown);
  }
}
