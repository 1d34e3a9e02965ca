package dev.holdfast.http.apache;

import dev.holdfast.internal.dial.BlockingDialler.Order;
import dev.holdfast.internal.socket.SocketDial;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.concurrent.ComplexFuture;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Connects an endpoint by the pool, on a thread that may wait: its dials are the reactor's, and so
 * is the thread on which the client hears that it is connected.
 */
final class AsyncConnect implements Connects.Connectable {

  /** What the client has asked for. */
  record Call(
      AsyncClientConnectionManager pool,
      AsyncEndpoint endpoint,
      ConnectionInitiator reactor,
      @Nullable Object attachment,
      HttpContext context) {}

  private final Call call;
  private final AsyncCarriers carriers;
  private final ComplexFuture<AsyncConnectionEndpoint> result;

  AsyncConnect(Call call, AsyncCarriers carriers, ComplexFuture<AsyncConnectionEndpoint> result) {
    this.call = call;
    this.carriers = carriers;
    this.result = result;
  }

  @Override
  public HttpRoute route() {
    return call.endpoint().route();
  }

  @Override
  public void connect(SocketDial dial, Order order, @Nullable TimeValue given) throws IOException {
    CompletableFuture<@Nullable Exception> ended = new CompletableFuture<>();
    DialledSession dialling =
        new DialledSession(call.reactor(), dial, order, carriers, call.endpoint()::dialled);
    Future<AsyncConnectionEndpoint> connect =
        call.pool()
            .connect(
                call.endpoint().pooled(),
                dialling,
                given == null ? null : Timeout.of(given.getDuration(), given.getTimeUnit()),
                call.attachment(),
                call.context(),
                telling(ended));
    result.setDependency(connect);
    Exception failure = ended.join();
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure instanceof RuntimeException other) {
      throw other;
    }
    if (failure != null) {
      throw new IOException(failure);
    }
  }

  private FutureCallback<AsyncConnectionEndpoint> telling(
      CompletableFuture<@Nullable Exception> ended) {
    return new FutureCallback<>() {
      @Override
      public void completed(AsyncConnectionEndpoint connected) {
        ended.complete(null);
        call.endpoint().dropAside();
        result.completed(call.endpoint());
      }

      @Override
      public void failed(Exception thrown) {
        ended.complete(thrown);
      }

      @Override
      public void cancelled() {
        ended.complete(new InterruptedIOException("connect cancelled"));
      }
    };
  }

  /**
   * No connection is to be had: the one that was set aside is handed to the pool again.
   *
   * @param kept is open
   */
  void connectBack(AsyncAside kept) {
    call.endpoint().carriedBy(kept.carrier());
    call.pool()
        .connect(
            call.endpoint().pooled(),
            kept,
            null,
            call.attachment(),
            call.context(),
            new FutureCallback<>() {
              @Override
              public void completed(AsyncConnectionEndpoint connected) {
                result.completed(call.endpoint());
              }

              @Override
              public void failed(Exception thrown) {
                result.failed(thrown);
              }

              @Override
              public void cancelled() {
                result.cancel();
              }
            });
  }

  /** Nothing was assigned to the endpoint, unless it was closed in the same moment. */
  @Override
  public void undo() {
    call.endpoint().pooled().close(CloseMode.IMMEDIATE);
  }
}
