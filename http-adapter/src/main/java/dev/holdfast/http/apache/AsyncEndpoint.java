package dev.holdfast.http.apache;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncPushConsumer;
import org.apache.hc.core5.http.nio.HandlerFactory;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** The pool's endpoint, the route and the request it was leased for, and its connection. */
final class AsyncEndpoint extends AsyncConnectionEndpoint implements Identifiable {

  private final AsyncConnectionEndpoint pooled;
  private final HttpRoute route;
  private volatile @Nullable AsyncRequest request;
  private volatile @Nullable AsyncCarrier carrier;
  private final AtomicReference<@Nullable AsyncAside> aside = new AtomicReference<>();

  /**
   * @param request null if its client is not this guard's
   */
  AsyncEndpoint(AsyncConnectionEndpoint pooled, HttpRoute route, @Nullable CurrentRequest request) {
    this.pooled = pooled;
    this.route = route;
    serves(request);
  }

  /** A redirect to the same route goes over the endpoint of the request before. */
  private void serves(@Nullable CurrentRequest current) {
    if (current instanceof AsyncRequest mine) {
      this.request = mine;
      mine.leased();
    }
  }

  /** What the pool takes for its own. */
  AsyncConnectionEndpoint pooled() {
    return pooled;
  }

  HttpRoute route() {
    return route;
  }

  /** Null if its client is not this guard's. */
  @Nullable AsyncRequest leasedFor() {
    return request;
  }

  /** The request of this thread, if there is one: it asks for the connection. */
  @Nullable AsyncRequest request() {
    serves(CurrentRequest.get());
    return request;
  }

  void carriedBy(@Nullable AsyncCarrier connected) {
    carrier = connected;
  }

  /** A new connection is accepted by the server, and not ready yet. */
  void dialled(AsyncCarrier accepted) {
    carrier = accepted;
    AsyncAside other = aside.get();
    if (other != null && other.endsOnAccept()) {
      dropAside();
    }
  }

  /** Another connection is to be dialled in the place of this one, which works. */
  void setsAside(AsyncAside other) {
    other.carrier().setAside();
    aside.set(other);
  }

  /** Null if there is none; once. */
  @Nullable AsyncAside takeAside() {
    return aside.getAndSet(null);
  }

  /** There is a new connection, or nobody who wants one. */
  void dropAside() {
    AsyncAside other = takeAside();
    if (other != null) {
      other.end();
    }
  }

  @Override
  public void execute(
      String id,
      AsyncClientExchangeHandler handler,
      HandlerFactory<AsyncPushConsumer> pushes,
      HttpContext context) {
    AsyncRequest mine = request();
    AsyncCarrier over = carrier;
    AsyncClientExchangeHandler watched =
        mine == null || over == null ? handler : new AsyncExchange(handler, over, mine);
    pooled.execute(id, watched, pushes, context);
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

  @Override
  public void close(CloseMode mode) {
    pooled.close(mode);
  }

  @Override
  public String getId() {
    return pooled instanceof Identifiable known ? known.getId() : pooled.toString();
  }
}
