package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.http.UnknownHttpPath;
import dev.holdfast.internal.dial.Redialler;
import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.http.HttpEndpoints;
import dev.holdfast.internal.report.ConnectReports;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.socket.ConnectionDeaths;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.socket.DialledNames;
import dev.holdfast.internal.socket.GuardThread;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.wire.WireSnapshot;
import io.github.resilience4j.retry.Retry;
import io.netty.channel.ChannelHandler;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Keeps the connections of Reactor Netty's {@code HttpClient}, and so of Spring's {@code
 * WebClient}, usable over a path that forgets idle flows. Install it once:
 *
 * <pre>{@code
 * ReactorHttpGuard guard = ReactorHttpGuard.create(path.plan());
 * ConnectionProvider pool = guard.provider(ConnectionProvider.builder("orders"));
 * HttpClient client = guard.install(HttpClient.create(pool));
 * }</pre>
 *
 * <p>From then on no connection is lent past the safe age of its path, or past what its server
 * advertises; one that has been idle is proved by a kernel probe before a request that must not run
 * twice goes over it; one whose path dies under requests is given up within about a second. A
 * request of which nothing was sent moves to another connection, one that may run twice and had no
 * answer is sent once more, and of the rest the caller hears that the outcome is unknown: {@code
 * AmbiguousOutcomeException.in(thrown)} finds it. Reactor Netty's own retry, of what was not sent,
 * stays as it is; where it is {@linkplain HttpClient#disableRetry disabled}, nothing that was sent
 * is sent again. A request that may run twice and is answered with 503 or 429 and {@code
 * Retry-After} waits and is sent again, within the caller's own timeout: see {@link
 * ReactorHttpGuardBuilder#declinedPatience}.
 *
 * <p>What is set on the pool's builder and on the client stays in force, beside the plan: an
 * eviction predicate, {@code maxIdleTime}, {@code maxLifeTime}, {@code evictInBackground}, and PING
 * after an idle time ({@code http2Settings}, {@code pingAckTimeout}). Where the user has no PING,
 * the plan's is sent beside streams of HTTP/2 that are silent for long. HTTP/1.1, HTTP/2 (with the
 * TLS handshake, prior knowledge or an upgrade), TLS, websockets and proxies are covered; HTTP/3 is
 * left alone. Reactor Netty still logs at WARN each error it meets on a connection in use, also
 * those that no caller hears of, under {@code reactor.netty.http.client.HttpClientConnect}.
 *
 * <p>Thread-safe.
 */
public final class ReactorHttpGuard implements Guard {

  private static final Logger LOG = LoggerFactory.getLogger(ReactorHttpGuard.class);

  /** Of a client: the guard that is installed in it. */
  static final AttributeKey<ReactorHttpGuard> INSTALLED =
      AttributeKey.valueOf(ReactorHttpGuard.class, "INSTALLED");

  private final GuardSettings settings;
  private final GuardMeters meters;
  private final DiagnosisReporter reporter;
  private final ConnectionDeaths deaths;
  private final HttpEndpoints endpoints;
  private final ScheduledExecutorService timer;
  private final DialledNames names;
  private final ConnectReports connects;
  private final Redialler direct;
  private final Redialler balanced;
  private final SecondOpinions opinions;
  private final ChannelSetup setup = new ChannelSetup(this);
  private final ExchangeObserver exchanges = new ExchangeObserver();
  private final AddressOrder addresses = new AddressOrder();
  private final Set<GuardedConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean saidNoSource = new AtomicBoolean();
  private final Installation installation = new Installation(this);

  ReactorHttpGuard(GuardSettings settings) {
    this.settings = settings;
    HttpGuardSettings shared = settings.shared();
    this.meters = new GuardMeters(shared.registry(), shared.name());
    meters.byEndpoint(shared.endpointMeters());
    this.reporter = new DiagnosisReporter(shared.registry());
    this.timer = GuardThread.create(shared.name());
    this.names = new DialledNames(shared.nameLookUp(), this::left);
    this.deaths = new ConnectionDeaths(shared.sockets(), meters, reporter, timer);
    this.endpoints = new HttpEndpoints(shared, reporter);
    this.connects =
        new ConnectReports(shared.name(), shared.plan(), shared.plans()::of, meters, reporter);
    connects.onConnect(
        report -> {
          deaths.connectEnded(report.remote(), report.outcome() == ConnectOutcome.CONNECTED);
          addresses.connectEnded(
              report.remote(), report.outcome(), Duration.ofNanos(report.winnerRttNanos()));
        });
    this.opinions = new SecondOpinions(shared.gate());
    this.direct = redialler(shared, false);
    this.balanced = redialler(shared, true);
    shared.replay().budgets().onWithheld(meters::withheld);
    for (String code : DeclinedAnswer.codes()) {
      meters.mayBeDeclined(code);
    }
    shared.sayPlans(LOG, client());
  }

  private Redialler redialler(HttpGuardSettings shared, boolean mayReachAnother) {
    return Redialler.of(
        shared.redialling().onPath(mayReachAnother),
        connects,
        shared.gate(),
        shared.replay().budgets());
  }

  /**
   * A guard for who does not know the path: it goes by {@link UnknownHttpPath}, so an idle
   * connection is used again for under 4 s only, is proved before a request that must not run twice
   * follows an idle time of a second, and shorter limits are learned. What is known is better
   * declared: see {@link #create(ConnectionPlan)}.
   *
   * @return a guard, to be installed once
   */
  public static ReactorHttpGuard create() {
    return create(UnknownHttpPath.path().plan());
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to the server
   * @return a guard
   */
  public static ReactorHttpGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to the server
   * @return a builder that starts from the defaults
   */
  public static ReactorHttpGuardBuilder custom(ConnectionPlan plan) {
    return new ReactorHttpGuardBuilder(plan);
  }

  /**
   * Builds a pool whose connections this guard looks after, to create the client with.
   *
   * @param pool the user's settings; all stay in force beside the guard's
   * @return the pool, to be disposed as any other
   * @throws IllegalArgumentException if a setting cannot be kept, which it names
   */
  public ConnectionProvider provider(ConnectionProvider.Builder pool) {
    return provider(pool.build());
  }

  /**
   * Builds a pool like an existing one whose connections this guard looks after. The existing one
   * stays what it is.
   *
   * @param pool a pool of Reactor Netty's
   * @return a new pool, to be disposed as any other
   * @throws IllegalStateException if it is one of a guard already
   * @throws IllegalArgumentException if it is no pool, as {@code ConnectionProvider.newConnection}
   */
  public ConnectionProvider provider(ConnectionProvider pool) {
    if (pool instanceof GuardedProvider) {
      throw new IllegalStateException(
          "this ConnectionProvider comes from a guard already: hand it to HttpClient.create as it"
              + " is, and the client to the install() of the same guard");
    }
    ConnectionProvider.Builder copy = pool.mutate();
    if (copy == null) {
      throw new IllegalArgumentException(
          "this ConnectionProvider keeps no connections, so there is nothing to guard in it: use"
              + " ConnectionProvider.builder(name)");
    }
    PoolSettings users = PoolSettings.of(Objects.requireNonNull(pool.mutate()));
    copy.evictionPredicate(new EvictionRule(users));
    if (users.evictionInterval().isZero()) {
      copy.evictInBackground(settings.evictEvery());
    }
    return new GuardedProvider(copy.build(), users, this);
  }

  /**
   * Puts the guard into a client. Do it once and keep the client: Reactor Netty keeps a pool for
   * each way its clients were configured. What is configured on the returned client afterwards,
   * base URL, TLS, headers, is guarded as well.
   *
   * @param client a client created with a pool of this guard's
   * @return the guarded client
   * @throws IllegalStateException if the client's pool is not from this guard, or a guard is
   *     installed already
   */
  public HttpClient install(HttpClient client) {
    if (!(client.configuration().connectionProvider() instanceof GuardedProvider provider)
        || provider.guard() != this) {
      throw new IllegalStateException(
          "the client's connections are not this guard's: create it with"
              + " HttpClient.create(guard.provider(ConnectionProvider.builder(name)))");
    }
    if (isInstalledIn(client)) {
      throw new IllegalStateException(
          "a guard is already installed in this HttpClient: install one guard, once");
    }
    return addresses
        .in(client)
        .attr(INSTALLED, this)
        .doOnConnect(Destination::told)
        .doOnChannelInit(setup)
        .observe(exchanges)
        .mapConnect(new Replays(provider)::around);
  }

  /**
   * Whether a guard is installed in a client.
   *
   * @param client any
   * @return true if its requests are guarded
   */
  public static boolean isInstalledIn(HttpClient client) {
    return client.configuration().attributes().containsKey(INSTALLED);
  }

  /**
   * The Resilience4j instance that carries the replay policy, for its events and counters.
   *
   * @return the instance
   */
  public Retry retry() {
    return settings.shared().replay().retry();
  }

  /**
   * Calls a listener for every connection given up. It runs on the connection's event loop: it must
   * be quick and must not block.
   *
   * @param listener the listener
   */
  public void onSwap(Consumer<? super SwapEvent> listener) {
    deaths.onEnd(end -> listener.accept(SwapEvent.of(end)));
  }

  /**
   * Calls a listener for every connect, successful or not. It runs on the connection's event loop:
   * it must be quick and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onConnect(Consumer<ConnectReport> listener) {
    connects.onConnect(listener);
  }

  /**
   * Calls a listener for each diagnosis: of every connect that failed or took as long as a lost SYN
   * makes it, at once; and of every connection given up, a second or more after the fact, once it
   * is known whether a new connection works and what became of the others, after 15 s at the
   * latest. It must be quick and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    reporter.onDiagnosis(listener);
  }

  /**
   * How long connections of this guard may be idle: the declared age, or a lower one that was
   * learned from the ages at which connections were seen to end. Past a learned limit a request
   * that may run twice waits until the kernel has proved the path, and any other takes a new
   * connection. A learned limit never exceeds the declared age, and is forgotten once two
   * connections outlive it or a day passes without another end.
   *
   * @return the lowest bound of all addresses the guard's connections lead to
   */
  @Override
  public IdleBound idleBound() {
    return deaths.idleBound();
  }

  /**
   * The latest {@code TCP_INFO} reading of each connection that is up; readings are taken while
   * requests are in flight and before use after an idle time, so one of an idle connection is old.
   *
   * @return one snapshot for each connection that has been read at least once
   */
  @Override
  public List<WireSnapshot> snapshots() {
    return connections.stream()
        .map(GuardedConnection::lastSnapshot)
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * Withdraws what was declared of endpoints, and takes the gauges away; counters stay in the
   * registry. The pools are the user's to dispose, and work on. Closing it twice does nothing.
   */
  @Override
  public void close() {
    endpoints.close();
    names.close();
    deaths.close();
    meters.close();
    settings.shared().closeOwnGate();
  }

  @Override
  public String name() {
    return settings.shared().name();
  }

  @Override
  public String client() {
    String version = ReactorNettySupport.version();
    return "Reactor Netty " + (version == null ? "of unknown version" : version);
  }

  @Override
  public ConnectionPlan plan() {
    return settings.shared().plan();
  }

  @Override
  public Map<String, ConnectionPlan> plans() {
    return settings.shared().plans().all();
  }

  @Override
  public GuardHealth health() {
    return GuardHealth.of(true, settings.shared().gate());
  }

  @Override
  public List<RecentDiagnosis> recentDiagnoses() {
    return reporter.recent();
  }

  GuardSettings settings() {
    return settings;
  }

  Installation installation() {
    return installation;
  }

  GuardMeters meters() {
    return meters;
  }

  SecondOpinions opinions() {
    return opinions;
  }

  ConnectionDeaths deaths() {
    return deaths;
  }

  HttpEndpoints endpoints() {
    return endpoints;
  }

  /** That connections were dialled by. */
  DialledNames names() {
    return names;
  }

  /** A name has left an address. */
  void left(DialledName name) {
    connections.forEach(connection -> connection.leaveIf(name));
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  ChannelHandler redialHandler(ConnectionPlan plan) {
    return (plan.path().balanced() ? balanced : direct).handler();
  }

  void connected(GuardedConnection connection) {
    connections.add(connection);
    meters.connections(connection.wire().source(), 1);
    if (!connection.wired() && saidNoSource.compareAndSet(false, true)) {
      LOG.info(
          "{}: wire source none, {} is no native epoll channel; idle age and close events still"
              + " protect, a slow server cannot be told from a silent path",
          settings.shared().name(),
          connection.channel().getClass().getSimpleName());
    }
  }

  void disconnected(GuardedConnection connection) {
    connections.remove(connection);
    meters.connections(connection.wire().source(), -1);
  }
}
