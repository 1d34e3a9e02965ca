package dev.holdfast.http.apache;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** The pool's endpoint and the route it was leased for, which the pool's own does not tell. */
final class RoutedEndpoint extends ConnectionEndpoint implements Identifiable {

  private final ConnectionEndpoint pooled;
  private final HttpRoute route;
  private final @Nullable Object state;
  private final AtomicInteger closes = new AtomicInteger();
  private volatile boolean released;
  private volatile boolean kept;

  /**
   * @param state of the connection, for which it was leased
   */
  RoutedEndpoint(ConnectionEndpoint pooled, HttpRoute route, @Nullable Object state) {
    this.pooled = pooled;
    this.route = route;
    this.state = state;
  }

  /** What the pool takes for its own. */
  ConnectionEndpoint pooled() {
    return pooled;
  }

  HttpRoute route() {
    return route;
  }

  @Override
  @SuppressWarnings("deprecation") // a client may still call it
  public ClassicHttpResponse execute(
      String id, ClassicHttpRequest request, HttpRequestExecutor executor, HttpContext context)
      throws IOException, HttpException {
    return pooled.execute(id, request, executor, context);
  }

  @Override
  public ClassicHttpResponse execute(
      String id, ClassicHttpRequest request, RequestExecutor executor, HttpContext context)
      throws IOException, HttpException {
    return pooled.execute(id, request, executor, context);
  }

  @Override
  public boolean isConnected() {
    return pooled.isConnected();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    pooled.setSocketTimeout(timeout);
  }

  @Override
  public EndpointInfo getInfo() {
    return pooled.getInfo();
  }

  /**
   * Tells a connect that begins now whether its caller gives it up, as an abort does from another
   * thread. The client itself closes an endpoint and connects it again, but never during a connect.
   */
  BooleanSupplier givenUp() {
    int before = closes.get();
    return () -> released || closes.get() != before;
  }

  /** About to be handed back to the pool: a connect under way has lost its place there. */
  void released() {
    released = true;
  }

  /**
   * The connect has failed and the connection is open, as it was before: the client is about to
   * discard it, and it goes back to the pool.
   */
  void keep() {
    kept = true;
  }

  boolean isKept() {
    return kept;
  }

  @Nullable Object state() {
    return state;
  }

  @Override
  public void close(CloseMode mode) {
    closes.incrementAndGet();
    if (!kept) {
      pooled.close(mode);
    }
  }

  @Override
  public void close() throws IOException {
    closes.incrementAndGet();
    if (!kept) {
      pooled.close();
    }
  }

  @Override
  public String getId() {
    return pooled instanceof Identifiable known ? known.getId() : pooled.toString();
  }
}
