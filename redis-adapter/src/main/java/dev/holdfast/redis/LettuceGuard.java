package dev.holdfast.redis;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.internal.command.Decline;
import dev.holdfast.internal.dial.Redialler;
import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.redis.UnknownRedisPath;
import dev.holdfast.internal.report.ConnectReports;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.EndpointUses;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.report.StartLine;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathWarning;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.usage.Usage;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.github.resilience4j.retry.Retry;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.LettuceVersion;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.RedisHandshakeHandler;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Lettuce connections usable over a path that forgets idle flows. Install it once:
 *
 * <pre>{@code
 * LettuceGuard guard = LettuceGuard.create(path.plan());
 * RedisClient client = RedisClient.create(guard.install(ClientResources.create()), uri);
 * client.setOptions(guard.options(ClientOptions.create()));
 * }</pre>
 *
 * <p>From then on every connection of that client, standalone, cluster, Sentinel and pub/sub,
 * pooled or not, is proved by a PING before an unsafe command follows an idle time, is given up
 * within about a second when its path dies under commands in flight, and is replaced by Lettuce's
 * own reconnect while the connection object stays the same. Commands never sent move to the new
 * connection in their order; read-only ones are sent again; the rest fail with {@link
 * dev.holdfast.retry.AmbiguousOutcomeException}, or with {@link
 * dev.holdfast.retry.NotExecutedException} where they certainly did not run; as the client may wrap
 * them, look for them with {@code AmbiguousOutcomeException.in(thrown)}.
 *
 * <p>What the guard composes with and what it refuses: the user's {@code NettyCustomizer} runs
 * first; {@code REJECT_COMMANDS} keeps its meaning, so calls made or left over while disconnected
 * fail with Lettuce's own error; with {@code autoReconnect} off, commands never sent fail with
 * {@code NotExecutedException}, for there is no next connection; a {@code replayFilter} is refused.
 *
 * <p>Closing it is for programs that outlive it, as tests and redeployed applications do: see
 * {@link #close()}. Guard, client, resources and pools may be closed in any order.
 *
 * <p>Thread-safe.
 */
public final class LettuceGuard implements Guard {

  private static final Logger LOG = LoggerFactory.getLogger(LettuceGuard.class);

  /** {@code maxTotal} of commons-pool 2, which Lettuce's pools are built on. */
  private static final int POOL_SIZE = 8;

  private final GuardSettings settings;
  private final MeterRegistry registry;
  private final GuardMeters meters;
  private final ReplayRetry replay;
  private final DiagnosisReporter reporter;
  private final ChannelDeaths deaths;
  private final Map<Endpoint, EndpointState> endpoints = new WeakHashMap<>();
  private final AtomicBoolean saidNoSource = new AtomicBoolean();
  private final ReplacedSessions sessions;
  private final Successors successors;
  private final ConnectReports connects;
  private final Redialler redialler;
  private final SecondOpinions opinions;
  private final UsageSettings usage;
  private final PoolDials dials = new PoolDials();
  private final Set<LettucePool<?, ?>> pools = ConcurrentHashMap.newKeySet();

  /** Of the resources it was installed in, while those are reachable. */
  private final Set<EndpointUses> uses = Collections.newSetFromMap(new WeakHashMap<>());

  private volatile boolean closed;
  private final AtomicBoolean saidForeignOptions = new AtomicBoolean();
  private final AtomicBoolean saidForeignResources = new AtomicBoolean();

  LettuceGuard(
      GuardSettings settings,
      MeterRegistry registry,
      ReplayRetry replay,
      DiagnosisReporter reporter,
      UsageSettings usage) {
    LettuceSupport.requireSupported();
    this.settings = settings;
    this.registry = registry;
    this.replay = replay;
    this.reporter = reporter;
    this.usage = usage;
    this.deaths = new ChannelDeaths(settings, registry, reporter);
    this.sessions = new ReplacedSessions(settings.name(), this::known);
    this.meters = new GuardMeters(registry, settings.name());
    this.connects = new ConnectReports(settings.name(), settings.plan(), meters, reporter);
    this.opinions = new SecondOpinions(settings.gate());
    this.redialler =
        Redialler.of(settings.redialling(), connects, settings.gate(), replay.budgets());
    this.successors = new Successors(this::carriers, settings.nameLookUp());
    replay.budgets().onWithheld(meters::withheld);
    for (Decline decline : Decline.values()) {
      meters.mayBeDeclined(decline.tag());
    }
    connects.onConnect(successors::ended);
    StartLine.say(LOG, settings.name(), client(), settings.plan(), StartLine.nativeEpoll());
    StartLine.warn(
        LOG,
        settings.name(),
        PathWarning.ofUnit("probeAfter", settings.probeAfter()).stream().toList());
  }

  /**
   * A guard for who does not know the path to Redis. It goes by the limits of {@link
   * NetworkPath#unknown}, and by an idle timeout of the server of 240 s: connections are kept alive
   * by pings well below both, retired past them, proved before an unsafe command follows an idle
   * time, and shorter limits are learned. What is known is better declared: see {@link
   * #create(ConnectionPlan)}.
   *
   * @return a guard, to be installed once
   * @throws IllegalStateException if lettuce-core is outside the supported range
   */
  public static LettuceGuard create() {
    return create(unknownPath().plan());
  }

  /**
   * The path that {@link #create()} goes by.
   *
   * @return the path
   */
  public static NetworkPath unknownPath() {
    return UnknownRedisPath.path();
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to Redis
   * @return a guard, to be installed once
   * @throws IllegalStateException if lettuce-core is outside the supported range
   */
  public static LettuceGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to Redis
   * @return a builder that starts from the defaults
   */
  public static LettuceGuardBuilder custom(ConnectionPlan plan) {
    return new LettuceGuardBuilder(plan);
  }

  /**
   * Puts the guard into every channel that clients of the returned resources will open.
   *
   * @param resources the user's resources; they stay in force, and shutting down the returned ones
   *     shuts them down
   * @return resources to create the client with
   * @throws IllegalStateException if a guard is installed in them already, or this one is closed
   */
  public ClientResources install(ClientResources resources) {
    requireOpen();
    if (isInstalledIn(resources)) {
      throw new IllegalStateException(
          "a guard is already installed in these ClientResources: install one guard, once");
    }
    EndpointUses mine =
        new EndpointUses(settings.name(), settings.plan(), usage, POOL_SIZE, reporter);
    synchronized (uses) {
      uses.add(mine);
    }
    GuardedClientResources guarded =
        new GuardedClientResources(
            resources,
            new GuardCustomizer(this, resources.nettyCustomizer(), mine),
            settings.reconnectBackOff(),
            mine);
    successors.wakes(guarded.reconnects());
    successors.resolvesAs(resources);
    return guarded;
  }

  /**
   * Whether a guard is installed in resources.
   *
   * @param resources any
   * @return true if clients made with them are guarded
   */
  public static boolean isInstalledIn(ClientResources resources) {
    return resources.nettyCustomizer() instanceof GuardCustomizer;
  }

  /**
   * Fills the plan's keepalive and {@code TCP_USER_TIMEOUT} into client options, where the user set
   * none, and lets the guard see half-read replies. What the user set stays as it is.
   *
   * @param options the user's options, of a standalone or cluster client
   * @param <T> their class
   * @return options for {@code setOptions}
   * @throws dev.holdfast.path.PathConflictException if the path forbids a value the user set
   * @throws IllegalArgumentException if a {@code replayFilter} is set
   * @throws IllegalStateException if the options come from a guard already
   */
  public <T extends ClientOptions> T options(T options) {
    return new GuardedOptions(settings.plan(), this::saysForeignResources).fill(options);
  }

  /**
   * Declares a connection shared between callers: blocking commands on it are refused from now on,
   * for every other caller would wait behind them.
   *
   * @param connection a connection of a guarded client
   * @param <C> its class
   * @return the same connection
   * @throws IllegalArgumentException if the connection has no single channel, as a cluster
   *     connection: use {@link LettuceGuardBuilder#sharedConnections()}
   * @throws IllegalStateException if the guard is not installed in the connection's client
   */
  public <C extends StatefulConnection<?, ?>> C shared(C connection) {
    known(connection).share(true);
    return connection;
  }

  /**
   * Declares a connection to belong to one caller: blocking commands on it are allowed, also under
   * {@link LettuceGuardBuilder#sharedConnections()}.
   *
   * @param connection a connection of a guarded client
   * @param <C> its class
   * @return the same connection
   * @throws IllegalArgumentException if the connection has no single channel
   * @throws IllegalStateException if the guard is not installed in the connection's client
   */
  public <C extends StatefulConnection<?, ?>> C dedicated(C connection) {
    known(connection).share(false);
    return connection;
  }

  /**
   * Lends a connection that others keep to a caller who may treat it as its own. Closing the view
   * gives it back and leaves the connection open; from then on the view is not open, and its
   * commands throw {@link IllegalStateException} naming the place that closed it. {@code
   * getStatefulConnection()} of its commands is the view. Every other call passes through, and what
   * it changes, a timeout or a transaction, is changed for all: the view is no session.
   *
   * <p>Each such close counts as if it had closed a connection made for it, with its call site: a
   * caller that closes after every call is named in the churn diagnosis.
   *
   * @param connection a connection of a guarded client
   * @param <C> its interface; the view is of no implementing class
   * @return a view that implements the connection's public interfaces
   * @throws IllegalArgumentException if the connection has no single channel
   * @throws IllegalStateException if the guard is not installed in the connection's client
   */
  public <C extends StatefulConnection<?, ?>> C lend(C connection) {
    return Lendable.of(connection).lend(new LendTerms(known(connection)));
  }

  /**
   * A pool of connections as {@code client.connect()} opens them. For other codecs and servers see
   * {@link LettucePool#of}.
   *
   * @param client with this guard installed, made with a default {@code RedisURI}
   * @return a builder that starts from the defaults
   * @throws IllegalArgumentException if this guard is not installed in the client
   * @throws IllegalStateException if this guard is declared for short-lived use
   */
  public LettucePoolBuilder<String, String> pool(RedisClient client) {
    return LettucePool.of(this, client, StringCodec.UTF8);
  }

  /**
   * The Resilience4j instance that carries the replay policy, for its events and counters.
   *
   * @return the instance
   */
  public Retry retry() {
    return replay.retry();
  }

  /**
   * Calls a listener for every connection given up. It runs on the connection's event loop: it must
   * be quick and must not block.
   *
   * @param listener the listener
   */
  public void onSwap(Consumer<? super SwapEvent> listener) {
    deaths.onSwap(listener);
  }

  /**
   * Calls a listener for every connection whose session was more than a plain one, a subscriber's
   * or a client-side cache's for example, once it has been replaced. It runs on the connection's
   * event loop: it must be quick and must not block.
   *
   * @param listener the listener
   */
  public void onSessionReplaced(Consumer<SessionReplacedEvent> listener) {
    sessions.onReplaced(listener);
  }

  ReplacedSessions sessions() {
    return sessions;
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
   * makes it, at once; and of every connection given up, a second or more after the fact: once it
   * is known whether a new connection works and what became of the other connections, after 15 s at
   * the latest. It runs on an event loop or on the guard's thread for evidence: it must be quick
   * and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    reporter.onDiagnosis(listener);
  }

  /**
   * The latest {@code TCP_INFO} reading of each connection that is up; readings are taken while
   * calls are in flight and before use after an idle time, so one of an idle connection is old.
   *
   * @return one snapshot for each connection that has been read at least once
   */
  @Override
  public List<WireSnapshot> snapshots() {
    return carriers().stream().map(GuardedChannel::lastSnapshot).filter(Objects::nonNull).toList();
  }

  /**
   * How long connections of this guard may be idle without proof: the declared age, or a lower one
   * that was learned from the ages at which connections were seen to end. A learned limit makes
   * pings and proofs come earlier; it closes nothing, never exceeds the declared age, and is
   * forgotten once two connections outlive it or a day passes without another end.
   *
   * @return the lowest bound of all addresses the guard's connections lead to
   */
  @Override
  public IdleBound idleBound() {
    return deaths.idleBound();
  }

  /**
   * Takes the guard out of use: its pools are closed, the declarations of its endpoints withdrawn,
   * its gauges removed, its timers stopped. Connections that are open work on: what they carry is
   * still settled when they end, but nothing pings them while they are idle, and what is connected
   * from now on, be it in their place, is as without a guard. Counters stay in the registry.
   * Closing it twice does nothing.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    pools.forEach(LettucePool::close);
    List<EndpointUses> declared;
    synchronized (uses) {
      declared = List.copyOf(uses);
      uses.clear();
    }
    declared.forEach(EndpointUses::close);
    carriers().forEach(GuardedChannel::stopWatching);
    successors.close();
    deaths.close();
    meters.close();
    settings.closeOwnGate();
  }

  boolean closed() {
    return closed;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(name() + ": the guard is closed; build another");
    }
  }

  /** A pool that is closed with the guard. */
  void joined(LettucePool<?, ?> pool) {
    pools.add(pool);
    if (closed) {
      pool.close();
    }
  }

  void left(LettucePool<?, ?> pool) {
    pools.remove(pool);
  }

  GuardMeters meters() {
    return meters;
  }

  ReplayRetry replay() {
    return replay;
  }

  PoolDials dials() {
    return dials;
  }

  GuardedChannel guard(Channel channel, CommandHandler commandHandler) {
    GuardedChannel guarded =
        new GuardedChannel(
            channel, commandHandler, state(commandHandler.getEndpoint()), settings, meters, deaths);
    if (guarded.wire().source() == WireSource.NONE && saidNoSource.compareAndSet(false, true)) {
      LOG.info(
          "{}: wire source none, {} is no native epoll channel; idle age, pings and close events"
              + " still protect, a slow server cannot be told from a silent path",
          settings.name(),
          channel.getClass().getSimpleName());
    }
    return guarded;
  }

  /**
   * Leaves a server that was replaced, as somebody who knows it says: an orchestrator, a failover
   * script, a Sentinel. Every connection that leads to it is given up at once and replaced by
   * Lettuce's reconnect, which resolves the name, or asks the Sentinels, anew. Calls never sent
   * move; of those that were, read-only ones are sent again, and the rest fail with {@link
   * dev.holdfast.retry.AmbiguousOutcomeException}. Without such word a direct path to a server that
   * answers nothing is taken for a slow one: see {@link LettuceGuardBuilder#silentServerLimit}.
   *
   * @param server its address and port as the connections see it; a host's name is compared with
   *     the one that was dialled, and never resolved
   * @param why for the log and the diagnosis
   * @return how many connections lead to it
   */
  public int leave(InetSocketAddress server, String why) {
    Objects.requireNonNull(server, "server");
    Objects.requireNonNull(why, "why");
    return successors.leave(server, why);
  }

  /**
   * Listens to the Sentinels of a master, and {@linkplain #leave leaves} the old one as soon as one
   * of them says that another took over. That takes a connection of the client to each Sentinel,
   * until the guard or the client is closed; one that cannot be reached is tried again. Asked for
   * twice, it is done once.
   *
   * @param client with this guard installed
   * @param uri with Sentinels and their master's name, {@code redis-sentinel://...}
   * @throws IllegalArgumentException if the address names no Sentinels, or this guard is not
   *     installed in the client
   * @throws IllegalStateException if the guard is closed
   */
  public void followSentinels(RedisClient client, RedisURI uri) {
    requireOpen();
    String master = uri.getSentinelMasterId();
    if (uri.getSentinels().isEmpty() || master == null) {
      throw new IllegalArgumentException(
          "the RedisURI names no Sentinels and their master's name: build it with"
              + " RedisURI.Builder.sentinel(host, port, masterId), or"
              + " redis-sentinel://host:port#id");
    }
    requireInstalled(client);
    successors.follow(client, uri, master);
  }

  Successors successors() {
    return successors;
  }

  private List<GuardedChannel> carriers() {
    return states().stream().map(EndpointState::carrier).filter(Objects::nonNull).toList();
  }

  private List<EndpointState> states() {
    synchronized (endpoints) {
      return List.copyOf(endpoints.values());
    }
  }

  private EndpointState state(Endpoint endpoint) {
    synchronized (endpoints) {
      return endpoints.computeIfAbsent(
          endpoint, first -> new EndpointState(replay, settings.sharedByDefault()));
    }
  }

  /** What the guard knows of a connection of its clients. */
  EndpointState known(StatefulConnection<?, ?> connection) {
    EndpointState state;
    synchronized (endpoints) {
      state = endpoints.get(LettuceSupport.endpointOf(connection));
    }
    if (state == null) {
      throw new IllegalStateException(
          "%s: the connection is of a client without this guard; make the client with the resources"
                  .formatted(name())
              + " that install() returned");
    }
    return state;
  }

  void requireInstalled(RedisClient client) {
    boolean installed =
        client.getResources().nettyCustomizer() instanceof GuardCustomizer customizer
            && customizer.guard() == this;
    if (!installed) {
      throw new IllegalArgumentException(
          "%s: the guard is not installed in this client; make it with the resources that install()"
                  .formatted(name())
              + " returned");
    }
  }

  void requireLongLived() {
    requireOpen();
    if (usage.usage() == Usage.SHORT_LIVED) {
      throw new IllegalStateException(
          "%s: the guard is declared SHORT_LIVED at %s, and a pool's connections are long-lived; give"
                  .formatted(name(), usage.declaredAt())
              + " the pool a guard declared LONG_LIVED, or not declared");
    }
  }

  HandshakeWatch handshakeWatch(RedisHandshakeHandler handshake) {
    return new HandshakeWatch(handshake, connects, this::saysForeignOptions);
  }

  private void saysForeignOptions() {
    if (saidForeignOptions.compareAndSet(false, true)) {
      LOG.warn(
          "{}: the guard is installed, but its options are not those of the client: its connections"
              + " have none of the plan's TCP keepalive and TCP_USER_TIMEOUT, and a reply lost half"
              + " way is not noticed. Add, as the last call of setOptions:"
              + " client.setOptions(guard.options(ClientOptions.create())), or with your own"
              + " options in place of the new ones",
          name());
    }
  }

  private void saysForeignResources() {
    if (!closed && saidForeignResources.compareAndSet(false, true)) {
      LOG.warn(
          "{}: a client has the guard's options but is without the guard: nothing protects its"
              + " connections. Make it with the resources that install() returns:"
              + " RedisClient.create(guard.install(resources), uri); with Spring Data Redis:"
              + " LettuceClientConfiguration.builder().clientResources(guard.install(resources))",
          name());
    }
  }

  SecondOpinions opinions() {
    return opinions;
  }

  ChannelDeaths deaths() {
    return deaths;
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String client() {
    return "Lettuce " + LettuceVersion.getVersion();
  }

  @Override
  public ConnectionPlan plan() {
    return settings.plan();
  }

  @Override
  public List<String> pools() {
    return pools.stream().map(LettucePool::toString).sorted().toList();
  }

  @Override
  public GuardHealth health() {
    boolean whole = !saidForeignOptions.get() && !saidForeignResources.get();
    return GuardHealth.of(whole && !closed, settings.gate());
  }

  @Override
  public List<RecentDiagnosis> recentDiagnoses() {
    return reporter.recent();
  }

  MeterRegistry registry() {
    return registry;
  }

  ChannelHandler redialHandler() {
    return redialler.handler();
  }
}
