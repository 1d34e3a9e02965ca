package dev.holdfast.http.apache;

import dev.holdfast.connect.AddressBusyException;
import dev.holdfast.connect.BlockingDialler;
import dev.holdfast.connect.BlockingDialler.Dialled;
import dev.holdfast.connect.BlockingDialler.Order;
import dev.holdfast.connect.SilentDialException;
import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.ExchangeProgress;
import dev.holdfast.usage.EndpointChurn;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.function.Resolver;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** The user's pool, whose connects pass the gate and dial again. Thread-safe. */
final class GuardedManager implements HttpClientConnectionManager, ConnPoolControl<HttpRoute> {

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  /** It was leased for the same call a moment ago, so that its validity is not looked up again. */
  private static final TimeValue KEPT_FOR_NEXT_ATTEMPT = TimeValue.ofSeconds(1);

  private final PoolingHttpClientConnectionManager pool;
  private final GuardParts guard;
  private final BlockingDialler dialler;
  private final Optional<Duration> connectTimeout;

  private final Optional<Resolver<HttpRoute, ?>> connectionConfigs;
  private volatile boolean closed;

  GuardedManager(
      PoolingHttpClientConnectionManager pool,
      GuardParts guard,
      BlockingDialler dialler,
      Optional<Duration> connectTimeout) {
    this.pool = pool;
    this.guard = guard;
    this.dialler = dialler;
    this.connectTimeout = connectTimeout;
    this.connectionConfigs = connectionConfigs(pool);
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
      connect(endpoint, endpoint.givenUp(), given, context);
      return;
    }
    PoolInstead instead = request.poolInstead();
    if (instead.isWanted()) {
      instead.beforeDial(idle(endpoint));
    }
    BooleanSupplier givenUp = endpoint.givenUp();
    try {
      connect(endpoint, givenUp, given, context);
      instead.connected();
    } catch (IOException failed) {
      boolean hungUp = closed || givenUp.getAsBoolean() || wasInterrupted(failed);
      if (!hungUp && instead.failed(failed, idle(endpoint))) {
        endpoint.keep();
      }
      throw failed;
    }
  }

  private int idle(RoutedEndpoint endpoint) {
    return pool.getStats(endpoint.route()).getAvailable();
  }

  private static boolean wasInterrupted(IOException failed) {
    return failed instanceof InterruptedIOException && !(failed instanceof SocketTimeoutException);
  }

  private void connect(
      RoutedEndpoint endpoint,
      BooleanSupplier givenUp,
      @Nullable TimeValue given,
      HttpContext context)
      throws IOException {
    HttpHost firstHop = endpoint.firstHop();
    int port = port(firstHop);
    EndpointChurn churn = guard.endpoints().use(firstHop.getHostName(), port);
    BooleanSupplier gone = () -> closed || givenUp.getAsBoolean();
    List<InetSocketAddress> addresses =
        firstHop.getAddress() == null
            ? guard.addresses().of(firstHop.getHostName(), port)
            : List.of();
    if (addresses.isEmpty()) {
      connect(address(firstHop, port), null, false, endpoint, churn, gone, given, context);
    } else if (addresses.size() == 1) {
      InetSocketAddress only = addresses.get(0);
      connect(only, only, false, endpoint, churn, gone, given, context);
    } else {
      new AddressRounds(guard.addresses(), gone)
          .connect(
              addresses,
              (one, more) -> connect(one, one, more, endpoint, churn, gone, given, context));
      forgetFailures();
    }
  }

  /** Those of addresses that were dialled before the one that works. */
  private static void forgetFailures() {
    CurrentRequest request = CurrentRequest.get();
    if (request != null) {
      request.takeFailure();
    }
  }

  /**
   * Connects to one address.
   *
   * @param remote for the gate's books
   * @param pinned the same if the client is to dial no other; null if it resolves by itself
   * @param more whether another address is dialled if this one does not answer soon
   */
  private void connect(
      InetSocketAddress remote,
      @Nullable InetSocketAddress pinned,
      boolean more,
      RoutedEndpoint endpoint,
      EndpointChurn churn,
      BooleanSupplier gone,
      @Nullable TimeValue given,
      HttpContext context)
      throws IOException {
    long timeout =
        given != null && TimeValue.isPositive(given)
            ? given.toNanoseconds()
            : connectTimeout
                .or(() -> configured(endpoint.route()))
                .map(Duration::toNanos)
                .orElse(0L);
    boolean works = false;
    boolean dialled = true;
    try {
      guard
          .addresses()
          .only(
              pinned,
              () ->
                  dialler.connect(
                      remote,
                      timeout,
                      more,
                      gone,
                      order ->
                          dial(
                              new DialInProgress(guard, order, remote, churn),
                              order,
                              endpoint.pooled(),
                              gone,
                              given,
                              context)));
      works = true;
    } catch (AddressBusyException busy) {
      dialled = false;
      throw busy;
    } catch (SocketTimeoutException late) {
      throw late instanceof ConnectTimeoutException || (more && late instanceof SilentDialException)
          ? late
          : new ConnectTimeoutException(String.valueOf(late.getMessage()), endpoint.firstHop());
    } finally {
      if (works || (dialled && !gone.getAsBoolean())) {
        guard.deaths().connectEnded(remote, works);
      }
    }
  }

  @SuppressWarnings("unchecked") // the field's type
  private static Optional<Resolver<HttpRoute, ?>> connectionConfigs(
      PoolingHttpClientConnectionManager pool) {
    return Unlisted.read(
            pool,
            PoolingHttpClientConnectionManager.class,
            "connectionConfigResolver",
            Resolver.class)
        .map(resolver -> (Resolver<HttpRoute, ?>) resolver);
  }

  /**
   * What the user has set in the pool's {@code ConnectionConfig}. HttpClient's default of three
   * minutes is nobody's choice: a dial is not to wait at the gate for as long.
   */
  private Optional<Duration> configured(HttpRoute route) {
    return connectionConfigs
        .map(configs -> (Object) configs.resolve(route))
        .filter(ConnectionConfig.class::isInstance)
        .map(config -> ((ConnectionConfig) config).getConnectTimeout())
        .filter(Timeout::isPositive)
        .filter(set -> !set.equals(ConnectionConfig.DEFAULT.getConnectTimeout()))
        .map(set -> Duration.ofNanos(set.toNanoseconds()));
  }

  private static ConnectionEndpoint pooled(ConnectionEndpoint endpoint) {
    return endpoint instanceof RoutedEndpoint routed ? routed.pooled() : endpoint;
  }

  private Dialled dial(
      DialInProgress dial,
      Order order,
      ConnectionEndpoint endpoint,
      BooleanSupplier gone,
      @Nullable TimeValue given,
      HttpContext context)
      throws IOException {
    dial.begin();
    try {
      pool.connect(endpoint, left(order, given), context);
      if (gone.getAsBoolean()) {
        // Closed meanwhile: the pool may have put the connection where nobody looks for it.
        dial.abandon();
        throw new RequestFailedException("Request aborted");
      }
      return dial.dialled();
    } catch (IOException failed) {
      undo(endpoint);
      if (dial.givenUp()) {
        throw new SilentDialException();
      }
      if (dial.isConnected() && !gone.getAsBoolean()) {
        noteLostHandshake(failed);
      }
      throw failed;
    } catch (RuntimeException failed) {
      undo(endpoint);
      throw failed;
    } finally {
      dial.end();
    }
  }

  /** The pool takes a connection whose socket is closed for connected, and would send on it. */
  private static void undo(ConnectionEndpoint endpoint) {
    CurrentRequest request = CurrentRequest.get();
    if (request == null || !request.poolInstead().dialFailed()) {
      endpoint.close(CloseMode.IMMEDIATE);
    }
  }

  private static @Nullable TimeValue left(Order order, @Nullable TimeValue given) {
    return order.leftNanos() == Long.MAX_VALUE
        ? given
        : TimeValue.ofMilliseconds(Math.max(1, order.leftNanos() / 1_000_000));
  }

  /**
   * The connection ended during the TLS handshake: nothing was sent, and a certificate is no cause.
   */
  private static void noteLostHandshake(IOException failed) {
    CurrentRequest request = CurrentRequest.get();
    Optional<Death> death = Death.of(failed);
    boolean lost =
        death.isPresent()
            && death.get().cause() != Cause.REPLY_OVERDUE
            && (failed instanceof SSLException
                || failed instanceof EOFException
                || death.get().cause() == Cause.PEER_RESET
                || death.get().cause() == Cause.PEER_CLOSED);
    if (request != null && lost) {
      request.failed(ExchangeProgress.notSent(true), death.get().cause(), death.get().evidence());
    }
  }

  private static int port(HttpHost host) {
    if (host.getPort() > 0) {
      return host.getPort();
    }
    return "https".equalsIgnoreCase(host.getSchemeName()) ? HTTPS : HTTP;
  }

  /** Names are resolved by the pool alone; the gate keeps its books by the name. */
  private static InetSocketAddress address(HttpHost host, int port) {
    if (host.getAddress() != null) {
      return new InetSocketAddress(host.getAddress(), port);
    }
    return Literals.isAddress(host.getHostName())
        ? new InetSocketAddress(host.getHostName(), port)
        : InetSocketAddress.createUnresolved(host.getHostName(), port);
  }

  @Override
  public void upgrade(ConnectionEndpoint endpoint, HttpContext context) throws IOException {
    try {
      pool.upgrade(pooled(endpoint), context);
    } catch (IOException failed) {
      noteLostHandshake(failed);
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

  @Override
  public PoolStats getTotalStats() {
    return pool.getTotalStats();
  }

  @Override
  public PoolStats getStats(HttpRoute route) {
    return pool.getStats(route);
  }

  @Override
  public void setMaxTotal(int max) {
    pool.setMaxTotal(max);
  }

  @Override
  public int getMaxTotal() {
    return pool.getMaxTotal();
  }

  @Override
  public void setDefaultMaxPerRoute(int max) {
    pool.setDefaultMaxPerRoute(max);
  }

  @Override
  public int getDefaultMaxPerRoute() {
    return pool.getDefaultMaxPerRoute();
  }

  @Override
  public void setMaxPerRoute(HttpRoute route, int max) {
    pool.setMaxPerRoute(route, max);
  }

  @Override
  public int getMaxPerRoute(HttpRoute route) {
    return pool.getMaxPerRoute(route);
  }

  @Override
  public void closeIdle(TimeValue idleTime) {
    pool.closeIdle(idleTime);
  }

  @Override
  public void closeExpired() {
    pool.closeExpired();
  }

  @Override
  public Set<HttpRoute> getRoutes() {
    return pool.getRoutes();
  }
}
