package dev.holdfast.http.okhttp;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.http.UnknownHttpPath;
import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.http.HttpEndpoints;
import dev.holdfast.internal.report.ConnectReports;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.socket.AddressMemory;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.GuardedSocketFactory;
import dev.holdfast.internal.socket.SocketConnects;
import dev.holdfast.internal.socket.SocketParts;
import dev.holdfast.internal.socket.SocketSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.wire.WireSnapshot;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the connections of an OkHttp client (4.12, 5) usable over a path that forgets idle flows.
 * Install it once, behind whatever else is set on the builder; clients made from the guarded one by
 * {@code newBuilder()} have it too:
 *
 * <pre>{@code
 * OkHttpGuard guard = OkHttpGuard.create(path.plan());
 * OkHttpClient client = guard.install(new OkHttpClient.Builder()).build();
 * }</pre>
 *
 * <p>From then on a connection is looked at when it is taken from the pool: one that is too old for
 * its path, was closed, or holds input nobody asked for is replaced before the request is sent, and
 * a request that must not run twice waits after an idle time until the kernel has proved the path.
 * A path that dies under a request in flight is given up in about a second. OkHttp's own retry,
 * which repeats any request that was not answered, goes by the guard's table: a request that was
 * never sent moves to a new connection; one that may run twice is sent once more; the rest fail
 * with {@link AmbiguousOkHttpOutcomeException}, which {@code AmbiguousOutcomeException.in(thrown)}
 * finds too.
 *
 * <p>What the guard composes with and what it replaces: interceptors, TLS, proxies, fast fallback,
 * the connection pool and the {@code SocketFactory} set on the builder stay as they are, the last
 * underneath the guard's. {@code retryOnConnectionFailure(false)} stays: then nothing that was sent
 * is repeated. Web sockets and duplex calls are the client's alone once they are connected, and so
 * is what is dialled through a SOCKS proxy, for which OkHttp asks no factory. PING of HTTP/2 is the
 * user's, see {@link OkHttpGuardBuilder#pings()}.
 *
 * <p>Thread-safe.
 */
public final class OkHttpGuard implements Guard {

  private static final Logger LOG = LoggerFactory.getLogger(OkHttpGuard.class);

  private final HttpGuardSettings settings;
  private final boolean pings;
  private final Duration declinedPatience;
  private final DiagnosisReporter reporter;
  private final GuardMeters meters;
  private final SocketParts sockets;
  private final ConnectReports connects;
  private final Diallers diallers;
  private final HttpEndpoints endpoints;
  private final Installation installation;
  private final Carriers carriers = new Carriers();
  private final AddressMemory memory = new AddressMemory();

  OkHttpGuard(HttpGuardSettings settings, boolean pings, Duration declinedPatience) {
    this.declinedPatience = declinedPatience;
    this.settings = settings;
    this.pings = pings;
    this.installation = new Installation(settings.name());
    this.reporter = new DiagnosisReporter(settings.registry());
    this.meters = new GuardMeters(settings.registry(), settings.name());
    meters.byEndpoint(settings.endpointMeters());
    for (String code : DeclinedAnswer.codes()) {
      meters.mayBeDeclined(code);
    }
    SocketSettings ofSockets = settings.sockets();
    this.sockets = SocketParts.of(ofSockets, meters, reporter);
    this.connects =
        new ConnectReports(
            settings.name(), settings.plan(), settings.plans()::of, meters, reporter);
    this.diallers = Diallers.of(ofSockets, connects);
    this.endpoints = new HttpEndpoints(settings, reporter);
    settings.sayPlans(LOG, client());
    Installation.untried(Installation.clientVersion())
        .ifPresent(what -> LOG.warn("{}: {}", settings.name(), what));
  }

  /**
   * A guard for who does not know the path: it goes by {@link UnknownHttpPath}, so an idle
   * connection is used again for under 4 s only, is proved before a request that must not run twice
   * follows an idle time of a second, and shorter limits are learned. What is known is better
   * declared: see {@link #create(ConnectionPlan)}.
   *
   * @return a guard, to be installed once
   */
  public static OkHttpGuard create() {
    return create(UnknownHttpPath.path().plan());
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to the server
   * @return a guard, to be installed once
   */
  public static OkHttpGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to the server
   * @return a builder that starts from the defaults
   */
  public static OkHttpGuardBuilder custom(ConnectionPlan plan) {
    return new OkHttpGuardBuilder(plan);
  }

  /**
   * Guards the client that is built from a builder.
   *
   * @param builder with the user's settings
   * @return the same builder
   * @throws IllegalStateException if a guard is installed in this builder already
   */
  public OkHttpClient.Builder install(OkHttpClient.Builder builder) {
    if (builder.networkInterceptors().stream().anyMatch(LegInterceptor.class::isInstance)) {
      throw new IllegalStateException(
          "a guard is already installed in this builder, or in the client it was made from:"
              + " install one guard, once");
    }
    OkHttpClient users = builder.build(); // its builder has no getters
    SocketConnects ofClient =
        new SocketConnects(sockets, diallers, new Paths(settings, endpoints, users.dns()));
    SocketFactory underneath = users.socketFactory();
    builder.socketFactory(
        new GuardedSocketFactory(() -> new Carrier(ofClient, underneath, carriers), memory));
    if (settings.plans().all().size() > 1) {
      builder.dns(new NamedAddresses(users.dns()));
    }
    builder.networkInterceptors().add(0, new LegInterceptor(carriers, installation, connects));
    builder.addNetworkInterceptor(new BodyInterceptor());
    builder.addInterceptor(
        new CallInterceptor(
            settings,
            meters,
            ChainSettings.retries(users.retryOnConnectionFailure()),
            declinedPatience));
    if (pings && users.pingIntervalMillis() == 0 && settings.plan().pingAllowed()) {
      settings.plan().pingPeriod().ifPresent(builder::pingInterval);
    }
    return builder;
  }

  /**
   * Says that a request may run twice, whatever its method: the server tells a repeated one by
   * itself.
   *
   * @param request a builder
   * @return the same builder
   */
  public static Request.Builder safeToRepeat(Request.Builder request) {
    return request.tag(SafeToRepeat.class, SafeToRepeat.MARK);
  }

  /**
   * The Resilience4j instance that carries the replay policy, for its events and counters.
   *
   * @return the instance
   */
  public Retry retry() {
    return settings.replay().retry();
  }

  /**
   * Calls a listener for every connection given up. It runs on the thread that gave it up, a
   * caller's or the guard's own: it must be quick and must not block.
   *
   * @param listener the listener
   */
  public void onSwap(Consumer<? super SwapEvent> listener) {
    sockets.deaths().onEnd(end -> listener.accept(SwapEvent.of(end)));
  }

  /**
   * Calls a listener for every connect, successful or not. It runs on the thread that connects: it
   * must be quick and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onConnect(Consumer<ConnectReport> listener) {
    connects.onConnect(listener);
  }

  @Override
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    reporter.onDiagnosis(listener);
  }

  @Override
  public IdleBound idleBound() {
    return sockets.deaths().idleBound();
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String client() {
    return "OkHttp " + Installation.clientVersion();
  }

  @Override
  public ConnectionPlan plan() {
    return settings.plan();
  }

  @Override
  public Map<String, ConnectionPlan> plans() {
    return settings.plans().all();
  }

  @Override
  public GuardHealth health() {
    return GuardHealth.of(!installation.isHalf(), settings.gate());
  }

  @Override
  public List<RecentDiagnosis> recentDiagnoses() {
    return reporter.recent();
  }

  @Override
  public List<WireSnapshot> snapshots() {
    return sockets.watch().snapshots();
  }

  /**
   * Takes the gauges away, counters stay in the registry, and withdraws what was declared of its
   * endpoints. The clients are the user's to close, and work on. Closing it twice does nothing.
   */
  @Override
  public void close() {
    endpoints.close();
    sockets.close();
    settings.closeOwnGate();
  }

  /** How many connections have not been ended. */
  int open() {
    return sockets.watch().open();
  }
}
