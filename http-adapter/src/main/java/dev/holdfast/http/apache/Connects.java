package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.dial.AddressBusyException;
import dev.holdfast.internal.dial.BlockingDialler.Dialled;
import dev.holdfast.internal.dial.BlockingDialler.Order;
import dev.holdfast.internal.dial.SilentDialException;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.socket.AddressRounds;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.SocketDial;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.path.ConnectionPlan;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.function.Resolver;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Has the pool connect its endpoints: over the addresses of a name one after the other, each at its
 * own gate, and dialled again where a dial is lost. Thread-safe.
 */
final class Connects {

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  /** What a connect is made for, and how the client makes it. */
  interface Connectable {

    /** What it was leased for. */
    HttpRoute route();

    /**
     * Connects once, in the client's own way, up to where it may send a request.
     *
     * @param dial to be told of the socket, which it gives up if nobody answers
     * @param given how long it may take; null if the client knows
     * @throws IOException of the client
     */
    void connect(SocketDial dial, Order order, @Nullable TimeValue given) throws IOException;

    /** A dial has failed: what it has left is closed. */
    void undo();

    /** What is dialled: the server, or the proxy in front of it. */
    default HttpHost firstHop() {
      HttpRoute route = route();
      return route.getProxyHost() == null ? route.getTargetHost() : route.getProxyHost();
    }
  }

  private final GuardParts guard;
  private final Diallers diallers;
  private final Optional<Duration> connectTimeout;
  private final Optional<Resolver<HttpRoute, ?>> connectionConfigs;

  /**
   * @param pool the user's, of either kind
   */
  Connects(Object pool, GuardParts guard, Diallers diallers, Optional<Duration> connectTimeout) {
    this.guard = guard;
    this.diallers = diallers;
    this.connectTimeout = connectTimeout;
    this.connectionConfigs = connectionConfigs(pool);
  }

  /**
   * Connects an endpoint.
   *
   * @param gone whether nobody waits for the connection any more
   * @param given the client's own timeout; null if it has none
   */
  void connect(Connectable endpoint, BooleanSupplier gone, @Nullable TimeValue given)
      throws IOException {
    HttpHost firstHop = endpoint.firstHop();
    int port = port(firstHop);
    EndpointChurn churn = guard.endpoints().use(firstHop.getHostName(), port);
    ConnectionPlan plan = plan(endpoint.route().getTargetHost());
    One one = new One(endpoint, plan, churn, gone, given);
    List<InetSocketAddress> addresses =
        firstHop.getAddress() == null
            ? guard.addresses().of(firstHop.getHostName(), port)
            : List.of();
    if (addresses.isEmpty()) {
      one.connect(address(firstHop, port), null, false, one.timeoutNanos());
    } else if (addresses.size() == 1) {
      InetSocketAddress only = addresses.get(0);
      one.connect(only, only, false, one.timeoutNanos());
    } else {
      new AddressRounds(guard.addresses().memory(), gone, one.timeoutNanos())
          .connect(addresses, (address, more, nanos) -> one.connect(address, address, more, nanos));
      forgetFailures();
    }
  }

  /** By the host of the URL, whatever is dialled on the way to it. */
  private ConnectionPlan plan(HttpHost target) {
    return guard.settings().plans().of(target.getHostName(), port(target));
  }

  /** Those of addresses that were dialled before the one that works. */
  private static void forgetFailures() {
    CurrentRequest request = CurrentRequest.get();
    if (request != null) {
      request.takeFailure();
    }
  }

  /** One connect. */
  private final class One {

    private final Connectable endpoint;
    private final ConnectionPlan plan;
    private final EndpointChurn churn;
    private final BooleanSupplier gone;
    private final @Nullable TimeValue given;

    One(
        Connectable endpoint,
        ConnectionPlan plan,
        EndpointChurn churn,
        BooleanSupplier gone,
        @Nullable TimeValue given) {
      this.endpoint = endpoint;
      this.plan = plan;
      this.churn = churn;
      this.gone = gone;
      this.given = given;
    }

    /**
     * Connects to one address.
     *
     * @param remote for the gate's books
     * @param pinned the same if the client is to dial no other; null if it resolves by itself
     * @param more whether another address is dialled if this one does not answer soon
     * @param timeoutNanos how long it may take; 0 if there is no limit
     */
    void connect(
        InetSocketAddress remote,
        @Nullable InetSocketAddress pinned,
        boolean more,
        long timeoutNanos)
        throws IOException {
      boolean works = false;
      boolean dialled = true;
      try {
        guard
            .addresses()
            .only(
                pinned,
                () ->
                    diallers
                        .over(plan)
                        .connect(remote, timeoutNanos, more, gone, order -> dial(order, remote)));
        works = true;
      } catch (AddressBusyException busy) {
        dialled = false;
        throw busy;
      } catch (SocketTimeoutException late) {
        throw late instanceof ConnectTimeoutException
                || (more && late instanceof SilentDialException)
            ? late
            : new ConnectTimeoutException(String.valueOf(late.getMessage()), endpoint.firstHop());
      } finally {
        if (works || (dialled && !gone.getAsBoolean())) {
          guard.sockets().deaths().connectEnded(remote, works);
        }
      }
    }

    private long timeoutNanos() {
      return given != null && TimeValue.isPositive(given)
          ? given.toNanoseconds()
          : connectTimeout.or(() -> configured(endpoint.route())).map(Duration::toNanos).orElse(0L);
    }

    /** Empty if none was resolved, or not by the user's resolver. */
    private Optional<DialledName> name(InetSocketAddress remote) {
      HttpHost host = endpoint.firstHop();
      if (!guard.sockets().names().areWatched()
          || remote.getAddress() == null
          || host.getAddress() != null
          || Literals.isAddress(host.getHostName())) {
        return Optional.empty();
      }
      Addresses.AtPort by = new Addresses.AtPort(guard.addresses(), remote.getPort());
      return Optional.of(new DialledName(host.getHostName(), by, remote.getAddress()));
    }

    private Dialled dial(Order order, InetSocketAddress remote) throws IOException {
      SocketDial dial = new SocketDial(guard.sockets(), order, remote, plan, churn);
      try {
        endpoint.connect(dial, order, left(order, given));
        if (gone.getAsBoolean()) {
          // Closed meanwhile: the pool may have put the connection where nobody looks for it.
          dial.abandon();
          throw new RequestFailedException("Request aborted");
        }
        name(remote).ifPresent(dial::named);
        return dial.dialled();
      } catch (IOException failed) {
        endpoint.undo();
        if (dial.givenUp()) {
          throw new SilentDialException();
        }
        if (dial.isConnected() && !gone.getAsBoolean()) {
          noteLostHandshake(failed);
        }
        throw failed;
      } catch (Throwable failed) {
        endpoint.undo();
        throw failed;
      } finally {
        dial.end();
      }
    }
  }

  @SuppressWarnings("unchecked") // the field's type
  private static Optional<Resolver<HttpRoute, ?>> connectionConfigs(Object pool) {
    return Unlisted.read(pool, pool.getClass(), "connectionConfigResolver", Resolver.class)
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

  private static @Nullable TimeValue left(Order order, @Nullable TimeValue given) {
    return order.leftNanos() == Long.MAX_VALUE
        ? given
        : TimeValue.ofMilliseconds(Math.max(1, order.leftNanos() / 1_000_000));
  }

  /**
   * The connection ended during the TLS handshake: nothing was sent, and a certificate is no cause.
   */
  static void noteLostHandshake(IOException failed) {
    CurrentRequest request = CurrentRequest.get();
    Optional<Death> death = HttpDeath.of(failed);
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
}
