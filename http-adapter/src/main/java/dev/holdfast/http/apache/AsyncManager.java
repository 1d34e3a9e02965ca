package dev.holdfast.http.apache;

import dev.holdfast.internal.socket.Caller;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.wire.WireSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
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
 * The user's pool of the asynchronous API: a connection is judged when it is leased, and connects
 * pass the gate and dial again. What waits, for a proof or for a dial, waits on threads of the
 * guard's own: nothing here blocks the reactor. Thread-safe.
 */
final class AsyncManager extends ControlledPool implements AsyncClientConnectionManager {

  private final PoolingAsyncClientConnectionManager pool;
  private final GuardParts guard;
  private final ReuseCheck check;
  private final Connects connects;
  private final AsyncCarriers carriers;
  private final Executor waiting;
  private volatile boolean closed;

  /**
   * @param waiting runs what blocks
   */
  AsyncManager(
      PoolingAsyncClientConnectionManager pool,
      GuardParts guard,
      Diallers diallers,
      Optional<Duration> connectTimeout,
      AsyncCarriers carriers,
      Executor waiting) {
    super(pool);
    this.pool = pool;
    this.guard = guard;
    this.check = new ReuseCheck(guard.sockets());
    this.connects = new Connects(pool, guard, diallers, connectTimeout);
    this.carriers = carriers;
    this.waiting = waiting;
  }

  @Override
  public Future<AsyncConnectionEndpoint> lease(
      String id,
      HttpRoute route,
      @Nullable Object state,
      Timeout timeout,
      FutureCallback<AsyncConnectionEndpoint> callback) {
    guard.installation().leases();
    @Nullable CurrentRequest request = CurrentRequest.get();
    ComplexFuture<AsyncConnectionEndpoint> future = new ComplexFuture<>(callback);
    future.setDependency(
        pool.lease(
            id,
            route,
            state,
            timeout,
            new FutureCallback<>() {
              @Override
              public void completed(AsyncConnectionEndpoint pooled) {
                leased(new AsyncEndpoint(pooled, route, request), future);
              }

              @Override
              public void failed(Exception thrown) {
                future.failed(thrown);
              }

              @Override
              public void cancelled() {
                future.cancel();
              }
            }));
    return future;
  }

  private void leased(AsyncEndpoint endpoint, ComplexFuture<AsyncConnectionEndpoint> future) {
    AsyncCarrier carrier = AsyncCarrier.behind(endpoint::isConnected);
    endpoint.carriedBy(carrier);
    if (carrier == null || carrier.isBusy()) {
      hand(endpoint, future); // to be connected, or shared: then its age is its streams' business
      return;
    }
    AsyncRequest request = endpoint.leasedFor();
    if (request != null && request.attempts().needsNewConnection()) {
      settle(SetAside.EARLIER_FAILED, endpoint, carrier);
      hand(endpoint, future);
      return;
    }
    boolean mayRunTwice = request != null && request.mayRunTwice();
    ReuseCheck.Finding found = check.judge(carrier.socket(), carrier, mayRunTwice, false);
    WireSnapshot unproved = found.unproved();
    if (unproved != null) {
      Caller caller = request == null ? Caller.PATIENT : request;
      waits(
          () -> {
            try {
              settle(check.prove(carrier.socket(), unproved, false, caller), endpoint, carrier);
            } finally {
              hand(endpoint, future);
            }
          },
          none -> hand(endpoint, future)); // unproved, as it would be without a guard
      return;
    }
    settle(found.refused(), endpoint, carrier);
    hand(endpoint, future);
  }

  /** The thread that asks is the reactor's, and must survive where there is no other. */
  private void waits(Runnable task, Consumer<Throwable> otherwise) {
    try {
      waiting.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError none) { // "unable to create thread"
      otherwise.accept(none);
    }
  }

  /** One that works, as far as is known, is kept until there is another: a tunnel cannot be. */
  private static void settle(
      @Nullable Death refused, AsyncEndpoint endpoint, AsyncCarrier carrier) {
    if (refused == null) {
      return;
    }
    boolean works = SetAside.isByChoice(refused) && !endpoint.route().isTunnelled();
    if (works && endpoint.leasedFor() != null) {
      endpoint.setsAside(new AsyncAside(carrier, refused));
    } else {
      carrier.refuse(refused);
    }
  }

  /** Whoever has cancelled meanwhile does not take it. */
  private void hand(AsyncEndpoint endpoint, ComplexFuture<AsyncConnectionEndpoint> future) {
    if (!future.completed(endpoint)) {
      endpoint.dropAside();
      endpoint.pooled().close(CloseMode.IMMEDIATE);
      pool.release(endpoint.pooled(), null, TimeValue.ZERO_MILLISECONDS);
    }
  }

  @Override
  public void release(
      AsyncConnectionEndpoint endpoint, @Nullable Object newState, TimeValue validDuration) {
    if (endpoint instanceof AsyncEndpoint mine) {
      mine.dropAside();
    }
    pool.release(pooled(endpoint), newState, validDuration);
  }

  private static AsyncConnectionEndpoint pooled(AsyncConnectionEndpoint endpoint) {
    return endpoint instanceof AsyncEndpoint mine ? mine.pooled() : endpoint;
  }

  @Override
  public Future<AsyncConnectionEndpoint> connect(
      AsyncConnectionEndpoint endpoint,
      ConnectionInitiator reactor,
      @Nullable Timeout timeout,
      @Nullable Object attachment,
      HttpContext context,
      FutureCallback<AsyncConnectionEndpoint> callback) {
    if (!(endpoint instanceof AsyncEndpoint mine) || mine.isConnected()) {
      return pool.connect(
          pooled(endpoint), reactor, timeout, attachment, context, new Instead(endpoint, callback));
    }
    ComplexFuture<AsyncConnectionEndpoint> future = new ComplexFuture<>(callback);
    AsyncRequest request = mine.request();
    AsyncConnect dialled =
        new AsyncConnect(
            new AsyncConnect.Call(pool, mine, reactor, attachment, context), carriers, future);
    waits(
        () -> {
          CurrentRequest.set(request);
          try {
            if (request != null) {
              request.requireInTime();
            }
            connects.connect(dialled, gone(future, request), timeout);
          } catch (Throwable thrown) { // of the user's parts: nobody else would end the call
            if (!isBack(dialled, mine, gone(future, request))) {
              future.failed(
                  thrown instanceof Exception failure
                      ? failure
                      : new IOException("the connect ended by an error", thrown));
            }
          } finally {
            mine.dropAside();
            CurrentRequest.set(null);
          }
        },
        none -> future.failed(new IOException("no thread to connect on", none)));
    return future;
  }

  /**
   * Where no connection is to be had, as while a server is drained, the one that was set aside is
   * used if it passes the check of any reuse. Blocks for its proof.
   */
  private boolean isBack(AsyncConnect connect, AsyncEndpoint endpoint, BooleanSupplier gone) {
    AsyncAside kept = endpoint.takeAside();
    if (kept == null) {
      return false;
    }
    AsyncCarrier carrier = kept.carrier();
    AsyncRequest request = endpoint.leasedFor();
    boolean mayRunTwice = request != null && request.mayRunTwice();
    Caller caller = request == null ? Caller.PATIENT : request;
    if (gone.getAsBoolean()
        || check.refuse(carrier.socket(), carrier, mayRunTwice, true, caller) != null
        || !carrier.restore()) {
      kept.end();
      return false;
    }
    if (request != null) {
      request.takeFailure(); // the dial's
    }
    connect.connectBack(kept);
    return true;
  }

  /** Whether nobody waits for the connection any more: the client may not tell its connect. */
  private BooleanSupplier gone(
      ComplexFuture<AsyncConnectionEndpoint> future, @Nullable AsyncRequest request) {
    return () -> closed || future.isCancelled() || (request != null && request.isGone());
  }

  @Override
  public void upgrade(
      AsyncConnectionEndpoint endpoint, @Nullable Object attachment, HttpContext context) {
    pool.upgrade(pooled(endpoint), attachment, context);
  }

  @Override
  public void upgrade(
      AsyncConnectionEndpoint endpoint,
      @Nullable Object attachment,
      HttpContext context,
      @Nullable FutureCallback<AsyncConnectionEndpoint> callback) {
    pool.upgrade(
        pooled(endpoint),
        attachment,
        context,
        callback == null ? null : new Instead(endpoint, callback));
  }

  /** Hears of the pool's endpoint, and tells of the guard's. */
  private record Instead(
      AsyncConnectionEndpoint endpoint, FutureCallback<AsyncConnectionEndpoint> callback)
      implements FutureCallback<AsyncConnectionEndpoint> {

    @Override
    public void completed(AsyncConnectionEndpoint pooled) {
      callback.completed(endpoint);
    }

    @Override
    public void failed(Exception thrown) {
      callback.failed(thrown);
    }

    @Override
    public void cancelled() {
      callback.cancelled();
    }
  }

  @Override
  public void close() throws IOException {
    close(CloseMode.GRACEFUL);
  }

  @Override
  public void close(CloseMode mode) {
    closed = true;
    pool.close(mode);
    guard.endpoints().close();
  }
}
