package dev.holdfast.http.apache;

import dev.holdfast.internal.http.RequestAttempts;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.jspecify.annotations.Nullable;

/**
 * A request of the asynchronous API. It moves from thread to thread, and the client hands it over:
 * each finds what the one before has left.
 */
final class AsyncRequest extends CurrentRequest {

  private final AsyncExecChain.Scope scope;
  private final @Nullable AsyncEntityProducer body;
  private volatile boolean bodyBegun;

  AsyncRequest(
      Installation installation,
      RequestAttempts attempts,
      AsyncExecChain.Scope scope,
      @Nullable AsyncEntityProducer body) {
    super(
        installation,
        attempts,
        scope.clientContext.getRequestConfigOrDefault().getResponseTimeout());
    this.scope = scope;
    this.body = body;
  }

  /** Whether its caller has cancelled it. */
  @Override
  public boolean isGone() {
    return scope.cancellableDependency.isCancelled();
  }

  /** Whether there is no body, or one that can be produced again. */
  boolean isRepeatable() {
    return body == null || body.isRepeatable();
  }

  /** Its body is about to be produced. */
  void bodyBegins() {
    bodyBegun = true;
  }

  /** Whether it can be sent once more. */
  boolean isWhole() {
    return !bodyBegun || isRepeatable();
  }

  /** Another attempt begins, whose body is produced from its start. */
  @Override
  void begins() {
    super.begins();
    if (body != null && bodyBegun) {
      body.releaseResources(); // a repeatable one begins anew, as HttpClient has it
      bodyBegun = false;
    }
  }
}
