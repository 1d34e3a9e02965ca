package dev.holdfast.pool;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.PathWarning;
import dev.holdfast.retry.BackOff;
import dev.holdfast.usage.EndpointUsage;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a pool. What does not fit is refused by {@link #build()}, never changed. Not
 * thread-safe.
 *
 * @param <C> the connection
 */
public final class PoolBuilder<C> {

  /** The most connections of one pool: a borrow that finds none free looks at each. */
  static final int MOST = 10_000;

  private final Connector<C> connector;
  private final ConnectionPlan plan;
  private String name = "holdfast";
  private int maxSize = 8;
  private int minIdle;
  private int maxConnecting = 4;
  private int maxWaiters = 1024;
  private Duration acquireTimeout = Duration.ofSeconds(3);
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Optional<Duration> idleTimeout = Optional.empty();
  private Optional<Duration> leakAfter = Optional.empty();
  private int leakSample = 1;
  private boolean exactLeases;
  private BackOff backOff = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(10), 2, 0.5);
  private PoolCore.@Nullable Entrance entrance;
  private @Nullable String endpoint;
  private UsageRegistry usages = UsageRegistry.shared();
  private MeterRegistry registry = Metrics.globalRegistry;
  private @Nullable PoolEnvironment environment;
  private @Nullable Executor executor;

  PoolBuilder(Connector<C> connector, ConnectionPlan plan) {
    this.connector = Objects.requireNonNull(connector, "connector");
    this.plan = Objects.requireNonNull(plan, "plan");
  }

  /**
   * Names the pool in errors, log lines and the meters' tag {@code pool}.
   *
   * @param pool the name; {@code holdfast} unless said
   * @return this
   */
  public PoolBuilder<C> name(String pool) {
    name = Objects.requireNonNull(pool, "pool");
    return this;
  }

  /**
   * The most connections, dials under way included.
   *
   * @param most 1 to 10000; 8 unless said, as in commons-pool2
   * @return this
   */
  public PoolBuilder<C> maxSize(int most) {
    maxSize = most;
    return this;
  }

  /**
   * How many connections are kept idle and proved, in reserve.
   *
   * @param least 0, unless said, to {@code maxSize}
   * @return this
   */
  public PoolBuilder<C> minIdle(int least) {
    minIdle = least;
    return this;
  }

  /**
   * The most dials at a time. After a failure it is one, until one succeeds.
   *
   * @param most at least 1; 4 unless said
   * @return this
   */
  public PoolBuilder<C> maxConnecting(int most) {
    maxConnecting = most;
    return this;
  }

  /**
   * How many callers may wait.
   *
   * @param most at least 0; 1024 unless said
   * @return this
   */
  public PoolBuilder<C> maxWaiters(int most) {
    maxWaiters = most;
    return this;
  }

  /**
   * How long an acquire waits.
   *
   * @param timeout above zero; 3 s unless said
   * @return this
   */
  public PoolBuilder<C> acquireTimeout(Duration timeout) {
    acquireTimeout = Objects.requireNonNull(timeout, "timeout");
    return this;
  }

  /**
   * After which time a dial is given up.
   *
   * @param timeout above zero; 10 s unless said
   * @return this
   */
  public PoolBuilder<C> connectTimeout(Duration timeout) {
    connectTimeout = Objects.requireNonNull(timeout, "timeout");
    return this;
  }

  /**
   * After which time without use a connection beyond {@code minIdle} is closed. Unless said, when
   * the plan would have it proved.
   *
   * @param timeout above zero and below the age from which the plan asks for a proof
   * @return this
   */
  public PoolBuilder<C> idleTimeout(Duration timeout) {
    idleTimeout = Optional.of(Objects.requireNonNull(timeout, "timeout"));
    return this;
  }

  /**
   * Reports, in a log line and a meter, connections that are on loan for so long. Off unless said.
   *
   * @param after above zero
   * @param sampleOneIn of how many leases of a connection one notes where it was acquired, which
   *     takes a stack trace: a power of two; 1 for all
   * @return this
   */
  public PoolBuilder<C> leakDetection(Duration after, int sampleOneIn) {
    leakAfter = Optional.of(Objects.requireNonNull(after, "after"));
    leakSample = sampleOneIn;
    return this;
  }

  /**
   * Makes a new handle for every lease, so that every use after return is refused, for 24 bytes a
   * borrow. See {@link Lease}.
   *
   * @return this
   */
  public PoolBuilder<C> exactLeases() {
    exactLeases = true;
    return this;
  }

  /**
   * The waits after failed dials.
   *
   * @param waits 100 ms doubling to 10 s, half of each random, unless said
   * @return this
   */
  public PoolBuilder<C> backOff(BackOff waits) {
    backOff = Objects.requireNonNull(waits, "waits");
    return this;
  }

  /**
   * Has every dial ask a gate. Not for connectors whose client asks one itself.
   *
   * @param gate the gate
   * @param remote the resolved address that is dialled
   * @return this
   */
  public PoolBuilder<C> gate(ConnectGate gate, SocketAddress remote) {
    entrance =
        new PoolCore.Entrance(
            Objects.requireNonNull(gate, "gate"), Objects.requireNonNull(remote, "remote"));
    return this;
  }

  /**
   * Declares the endpoint as one of long-lived connections while the pool is open.
   *
   * @param hostAndPort {@code host:port} as the user wrote it
   * @param registry where
   * @return this
   */
  public PoolBuilder<C> endpoint(String hostAndPort, UsageRegistry registry) {
    endpoint = Objects.requireNonNull(hostAndPort, "hostAndPort");
    usages = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /**
   * Where the connector's methods run, and where futures complete. Unless said, daemon threads that
   * all pools share.
   *
   * @param threads must not run on the calling thread, and have a thread for each connector method
   *     that blocks. What it rejects, or has not begun within 100 ms, runs on the shared threads
   * @return this
   */
  public PoolBuilder<C> executor(Executor threads) {
    executor = Objects.requireNonNull(threads, "threads");
    return this;
  }

  /**
   * Where the meters of {@link dev.holdfast.metrics.HoldfastMeter} go.
   *
   * @param to the registry; Micrometer's global one unless said
   * @return this
   */
  public PoolBuilder<C> meters(MeterRegistry to) {
    registry = Objects.requireNonNull(to, "to");
    return this;
  }

  /** Replaces time, threads and chance. */
  PoolBuilder<C> environment(PoolEnvironment all) {
    environment = all;
    return this;
  }

  /**
   * Builds the pool, which begins to open its idle connections.
   *
   * @return the pool
   * @throws InvalidPoolSettingsException naming everything that does not fit
   * @throws dev.holdfast.usage.MixedUsageException if the endpoint is declared for short-lived use
   */
  public ConnectionPool<C> build() {
    PoolSettings settings =
        new PoolSettings(
            name,
            plan,
            maxSize,
            minIdle,
            maxConnecting,
            maxWaiters,
            acquireTimeout,
            connectTimeout,
            idleTimeout,
            leakAfter,
            leakSample,
            exactLeases,
            backOff);
    SettingsCheck.of(settings);
    warn("acquireTimeout", acquireTimeout);
    warn("connectTimeout", connectTimeout);
    EndpointUsage usage = endpoint == null ? null : usages.declare(endpoint, Usage.LONG_LIVED);
    PoolEnvironment given = environment == null ? PoolEnvironment.shared() : environment;
    PoolEnvironment all = executor == null ? given : given.with(executor);
    Runnable onClose = once(usage == null ? () -> {} : usage::close, all.opened().get());
    PoolCore<C> core =
        new PoolCore<>(settings, all, connector, entrance, new PoolMeters(registry, name));
    try {
      return new ConnectionPool<>(core, onClose);
    } catch (Throwable notBuilt) { // what was begun for it ends with it
      core.shut();
      onClose.run();
      throw notBuilt;
    }
  }

  private void warn(String what, Duration given) {
    PathWarning.ofUnit(what, given)
        .ifPresent(slip -> PoolCore.LOG.warn("pool {}: {}", name, slip.message()));
  }

  private static Runnable once(Runnable first, Runnable second) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        first.run();
        second.run();
      }
    };
  }
}
