package dev.holdfast.http.apache;

import java.util.function.Supplier;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * The client's way to its pool, which tells the pool what a connection is wanted for: the request
 * of this thread, while it asks.
 */
final class AsyncRuntime implements AsyncExecRuntime {

  private final AsyncExecRuntime runtime;
  private final AsyncRequest request;

  AsyncRuntime(AsyncExecRuntime runtime, AsyncRequest request) {
    this.runtime = runtime;
    this.request = request;
  }

  private Cancellable asking(Supplier<Cancellable> step) {
    @Nullable CurrentRequest outer = CurrentRequest.get();
    CurrentRequest.set(request);
    try {
      return step.get();
    } finally {
      CurrentRequest.set(outer);
    }
  }

  /** Whoever goes on from here asks by this runtime. */
  private FutureCallback<AsyncExecRuntime> same(FutureCallback<AsyncExecRuntime> callback) {
    return new FutureCallback<>() {
      @Override
      public void completed(AsyncExecRuntime done) {
        callback.completed(AsyncRuntime.this);
      }

      @Override
      public void failed(Exception thrown) {
        callback.failed(thrown);
      }

      @Override
      public void cancelled() {
        callback.cancelled();
      }
    };
  }

  @Override
  public Cancellable acquireEndpoint(
      String id,
      HttpRoute route,
      @Nullable Object state,
      HttpClientContext context,
      FutureCallback<AsyncExecRuntime> callback) {
    return asking(() -> runtime.acquireEndpoint(id, route, state, context, same(callback)));
  }

  @Override
  public Cancellable connectEndpoint(
      HttpClientContext context, FutureCallback<AsyncExecRuntime> callback) {
    return asking(() -> runtime.connectEndpoint(context, same(callback)));
  }

  @Override
  public Cancellable execute(
      String id, AsyncClientExchangeHandler handler, HttpClientContext context) {
    return asking(() -> runtime.execute(id, handler, context));
  }

  @Override
  public boolean isEndpointAcquired() {
    return runtime.isEndpointAcquired();
  }

  @Override
  public void releaseEndpoint() {
    runtime.releaseEndpoint();
  }

  @Override
  public void discardEndpoint() {
    runtime.discardEndpoint();
  }

  @Override
  public boolean isEndpointConnected() {
    return runtime.isEndpointConnected();
  }

  @Override
  public void disconnectEndpoint() {
    runtime.disconnectEndpoint();
  }

  @Override
  public void upgradeTls(HttpClientContext context) {
    runtime.upgradeTls(context);
  }

  @Override
  public void upgradeTls(
      HttpClientContext context, @Nullable FutureCallback<AsyncExecRuntime> callback) {
    runtime.upgradeTls(context, callback == null ? null : same(callback));
  }

  @Override
  public EndpointInfo getEndpointInfo() {
    return runtime.getEndpointInfo();
  }

  @Override
  public boolean validateConnection() {
    return runtime.validateConnection();
  }

  @Override
  public void markConnectionReusable(@Nullable Object state, TimeValue validDuration) {
    runtime.markConnectionReusable(state, validDuration);
  }

  @Override
  public void markConnectionNonReusable() {
    runtime.markConnectionNonReusable();
  }

  @Override
  public AsyncExecRuntime fork() {
    return runtime.fork();
  }
}
