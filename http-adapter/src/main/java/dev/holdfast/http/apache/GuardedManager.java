package dev.holdfast.http.apache;

import dev.holdfast.internal.dial.BlockingDialler.Order;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.SocketDial;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The user's pool: its leases, whose connects pass the gate and dial again, and what is kept of
 * them where no connection is to be had. Thread-safe.
 */
final class GuardedManager extends ControlledPool implements HttpClientConnectionManager {

  /** It was leased for the same call a moment ago, so that its validity is not looked up again. */
  private static final TimeValue KEPT_FOR_NEXT_ATTEMPT = TimeValue.ofSeconds(1);

  private final PoolingHttpClientConnectionManager pool;
  private final GuardParts guard;
  private final Connects connects;
  private volatile boolean closed;

  GuardedManager(
      PoolingHttpClientConnectionManager pool,
      GuardParts guard,
      Diallers diallers,
      Optional<Duration> connectTimeout) {
    super(pool);
    this.pool = pool;
    this.guard = guard;
    this.connects = new Connects(pool, guard, diallers, connectTimeout);
  }

  @Override
  public LeaseRequest lease(
      String id, HttpRoute route, Timeout requestTimeout, @Nullable Object state) {
    guard.installation().leases();
    CurrentRequest request = CurrentRequest.get();
    LeaseRequest lease = pool.lease(id, route, requestTimeout, state);
    return new LeaseRequest() {
      @Override
      public ConnectionEndpoint get(Timeout timeout)
          throws InterruptedException, ExecutionException, TimeoutException {
        return new RoutedEndpoint(lease.get(timeout), route, state);
      }

      @Override
      public boolean cancel() {
        if (request != null) {
          request.hangsUp();
        }
        return lease.cancel();
      }
    };
  }

  @Override
  public void release(
      ConnectionEndpoint endpoint, @Nullable Object newState, @Nullable TimeValue validDuration) {
    if (!(endpoint instanceof RoutedEndpoint routed)) {
      pool.release(endpoint, newState, validDuration);
      return;
    }
    routed.released();
    if (routed.isKept()) {
      pool.release(routed.pooled(), routed.state(), KEPT_FOR_NEXT_ATTEMPT);
    } else {
      pool.release(routed.pooled(), newState, validDuration);
    }
  }

  @Override
  public void connect(ConnectionEndpoint endpoint, @Nullable TimeValue given, HttpContext context)
      throws IOException {
    if (endpoint instanceof RoutedEndpoint routed && routed.route().getHopCount() > 0) {
      connectOrKeep(routed, given, context);
    } else {
      pool.connect(pooled(endpoint), given, context);
    }
  }

  /** Where no connection is to be had, those that the pool holds are kept for the call. */
  private void connectOrKeep(
      RoutedEndpoint endpoint, @Nullable TimeValue given, HttpContext context) throws IOException {
    CurrentRequest request = CurrentRequest.get();
    if (request == null) {
      connects.connect(new Connecting(endpoint, context), gone(endpoint.givenUp()), given);
      return;
    }
    request.requireInTime();
    PoolInstead instead = request.poolInstead();
    if (instead.isWanted()) {
      instead.beforeDial(idle(endpoint));
    }
    BooleanSupplier gone = gone(endpoint.givenUp());
    try {
      connects.connect(new Connecting(endpoint, context), gone, given);
      instead.connected();
    } catch (IOException failed) {
      boolean hungUp = gone.getAsBoolean() || wasInterrupted(failed);
      if (!hungUp && instead.failed(failed, idle(endpoint))) {
        endpoint.keep();
      }
      throw failed;
    }
  }

  /** One connect of an endpoint by the pool, on the caller's thread. */
  private final class Connecting implements Connects.Connectable {

    private final RoutedEndpoint endpoint;
    private final HttpContext context;

    private Connecting(RoutedEndpoint endpoint, HttpContext context) {
      this.endpoint = endpoint;
      this.context = context;
    }

    @Override
    public HttpRoute route() {
      return endpoint.route();
    }

    @Override
    public void connect(SocketDial dial, Order order, @Nullable TimeValue given)
        throws IOException {
      DialInProgress.begin(dial);
      try {
        pool.connect(endpoint.pooled(), given, context);
      } finally {
        DialInProgress.end();
      }
    }

    /** The pool takes a connection whose socket is closed for connected, and would send on it. */
    @Override
    public void undo() {
      CurrentRequest request = CurrentRequest.get();
      if (request == null || !request.poolInstead().dialFailed()) {
        endpoint.pooled().close(CloseMode.IMMEDIATE);
      }
    }
  }

  /** Whether nobody waits for the connection any more. */
  private BooleanSupplier gone(BooleanSupplier givenUp) {
    return () -> closed || givenUp.getAsBoolean();
  }

  private int idle(RoutedEndpoint endpoint) {
    return pool.getStats(endpoint.route()).getAvailable();
  }

  private static boolean wasInterrupted(IOException failed) {
    return failed instanceof InterruptedIOException && !(failed instanceof SocketTimeoutException);
  }

  private static ConnectionEndpoint pooled(ConnectionEndpoint endpoint) {
    return endpoint instanceof RoutedEndpoint routed ? routed.pooled() : endpoint;
  }

  @Override
  public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
    try {
      pool.upgrade(pooled(endpoint), context);
    } catch (IOException failed) {
      Connects.noteLostHandshake(failed);
      throw failed;
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
