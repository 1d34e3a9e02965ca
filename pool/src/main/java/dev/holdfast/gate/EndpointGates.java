package dev.holdfast.gate;

import dev.holdfast.internal.gate.LocalPorts;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.PortBudget;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The gate for new connections: for each resolved endpoint a book of source ports and a storm
 * control. One of them serves all connections of a guard. Thread-safe, never blocks.
 *
 * <p>A connect to an endpoint that is well never waits, unless source ports run short. Endpoints of
 * which nothing is open are forgotten when more than 1024 are known.
 */
public final class EndpointGates implements ConnectGate, AutoCloseable {

  private static final int MOST_ENDPOINTS = 1024;
  private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(1);

  private final Map<SocketAddress, EndpointGate> gates = new ConcurrentHashMap<>();
  private final StormPolicy policy;
  private final @Nullable PortBudget remote;
  private final @Nullable PortBudget loopback;
  private final Function<SocketAddress, Optional<PortBudget>> most;
  private final LongSupplier clock;
  private final DoubleSupplier random;
  private final GateMeters meters;
  private final HostTimeWait hostTimeWait;

  private EndpointGates(Builder builder) {
    Optional<LocalPorts> host =
        builder.budget == null ? LocalPorts.read() : Optional.<LocalPorts>empty();
    int sources = builder.sources;
    policy = builder.policy;
    PortBudget declared = builder.budget;
    remote = host.map(ports -> ports.budget(sources, false)).orElse(declared);
    loopback = host.map(ports -> ports.budget(sources, true)).orElse(declared);
    most = builder.most;
    clock = builder.clock;
    random = builder.random;
    hostTimeWait = new HostTimeWait(clock);
    meters = new GateMeters(builder.registry, builder.guard);
    meters.watch(this);
  }

  /**
   * A gate with the defaults: {@link StormPolicy#ofDefaults()}, the port budget that this host's
   * kernel has in force, Micrometer's global registry.
   *
   * @return the gate
   */
  public static EndpointGates ofDefaults() {
    return custom().build();
  }

  /**
   * The gate of one guard: its ports are what this host's kernel has in force, and the plan's
   * budget where one is declared.
   *
   * @param plan of the path the guard's connections take
   * @param sourceAddresses local addresses it dials from; empty for the kernel's choice
   * @param registry where its meters go
   * @param guard the value of their tag {@code guard}
   * @return the gate
   */
  public static EndpointGates ofGuard(
      ConnectionPlan plan,
      Collection<InetAddress> sourceAddresses,
      MeterRegistry registry,
      String guard) {
    return ofGuard(anywhere -> plan, sourceAddresses, registry, guard);
  }

  /**
   * The same for a guard whose paths differ.
   *
   * @param plans of the path to an endpoint
   * @param sourceAddresses local addresses it dials from; empty for the kernel's choice
   * @param registry where its meters go
   * @param guard the value of their tag {@code guard}
   * @return the gate
   */
  public static EndpointGates ofGuard(
      Function<SocketAddress, ConnectionPlan> plans,
      Collection<InetAddress> sourceAddresses,
      MeterRegistry registry,
      String guard) {
    Objects.requireNonNull(plans, "plans");
    return custom()
        .meters(registry, guard)
        .sources(Math.max(1, sourceAddresses.size()))
        .atMost(endpoint -> declared(plans.apply(endpoint)))
        .build();
  }

  private static Optional<PortBudget> declared(ConnectionPlan plan) {
    return Optional.of(plan.portBudget()).filter(budget -> !budget.equals(PortBudget.LINUX_CLIENT));
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder
   */
  public static Builder custom() {
    return new Builder();
  }

  @Override
  public Admission admit(SocketAddress destination, long timeoutNanos) {
    return admit(destination, timeoutNanos, false);
  }

  @Override
  public Admission admitDiscovery(SocketAddress destination, long timeoutNanos) {
    return admit(destination, timeoutNanos, true);
  }

  private Admission admit(SocketAddress destination, long timeoutNanos, boolean discovers) {
    long timeout = Math.min(timeoutNanos, LONGEST_NANOS);
    while (true) {
      EndpointGate gate = gates.get(destination);
      if (gate == null) {
        forget();
        gate = gates.computeIfAbsent(destination, this::gate);
      }
      Admission admission = gate.admit(timeout, discovers);
      if (admission != null) {
        return admission;
      }
      gates.remove(destination, gate); // retired between the two lines above
    }
  }

  private EndpointGate gate(SocketAddress destination) {
    return new EndpointGate(
        name(destination), policy, budget(destination), clock, random, meters, hostTimeWait);
  }

  private void forget() {
    if (gates.size() >= MOST_ENDPOINTS) {
      gates.values().removeIf(gate -> gate.retireIfIdle(FORGET_NANOS));
    }
  }

  /** Takes its gauges away; it admits as before. Doing so twice does nothing. */
  @Override
  public void close() {
    meters.unwatch(this);
  }

  /**
   * Every endpoint known.
   *
   * @return a copy
   */
  public Map<SocketAddress, EndpointState> states() {
    return gates.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, one -> one.getValue().state()));
  }

  private @Nullable PortBudget budget(SocketAddress destination) {
    boolean local =
        destination instanceof InetSocketAddress inet
            && inet.getAddress() != null
            && inet.getAddress().isLoopbackAddress();
    PortBudget known = local ? loopback : remote;
    PortBudget also = most.apply(destination).orElse(null);
    if (known == null || also == null) {
      return known == null ? also : known;
    }
    return also.connectsPerSecond() < known.connectsPerSecond() ? also : known;
  }

  /**
   * An endpoint's name, without a reverse look-up.
   *
   * @param destination an endpoint
   * @return {@code host:port} as it was resolved
   */
  public static String name(SocketAddress destination) {
    return destination instanceof InetSocketAddress inet
        ? inet.getHostString() + ':' + inet.getPort()
        : destination.toString();
  }

  /** Settings of a gate. Not thread-safe. */
  public static final class Builder {
    private StormPolicy policy = StormPolicy.ofDefaults();
    private @Nullable PortBudget budget;
    private Function<SocketAddress, Optional<PortBudget>> most = endpoint -> Optional.empty();
    private int sources = 1;
    private LongSupplier clock = System::nanoTime;
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private MeterRegistry registry = Metrics.globalRegistry;
    private String guard = "holdfast";

    private Builder() {}

    /**
     * How an endpoint that was lost is tried and filled again.
     *
     * @param storm the policy
     * @return this
     */
    public Builder policy(StormPolicy storm) {
      policy = Objects.requireNonNull(storm, "storm");
      return this;
    }

    /**
     * Declares the port budget towards every endpoint, say that of a NAT on the way, in place of
     * what this host's kernel says.
     *
     * @param ports ports, source addresses and hold
     * @return this
     */
    public Builder budget(PortBudget ports) {
      budget = Objects.requireNonNull(ports, "ports");
      return this;
    }

    /**
     * Declares one more port budget towards every endpoint, say that of a NAT on the way. In force
     * is the stricter: the one with fewer connects a second.
     *
     * @param ports ports, source addresses and hold
     * @return this
     */
    public Builder atMost(PortBudget ports) {
      Objects.requireNonNull(ports, "ports");
      return atMost(endpoint -> Optional.of(ports));
    }

    /**
     * The same, where the ways to endpoints differ. Asked once for each endpoint, by its first
     * connect.
     *
     * @param ports for an endpoint, empty where nothing is declared; thread-safe
     * @return this
     */
    public Builder atMost(Function<SocketAddress, Optional<PortBudget>> ports) {
      most = Objects.requireNonNull(ports, "ports");
      return this;
    }

    /**
     * How many source addresses are dialled from, if no budget is declared; 1 unless said.
     *
     * @param count at least 1
     * @return this
     * @throws IllegalArgumentException if the count is below 1
     */
    public Builder sources(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("sources " + count + " is below 1");
      }
      sources = count;
      return this;
    }

    /**
     * Replaces the clock, for tests and simulations.
     *
     * @param nanos as {@link System#nanoTime}
     * @return this
     */
    public Builder clock(LongSupplier nanos) {
      clock = Objects.requireNonNull(nanos, "nanos");
      return this;
    }

    /**
     * Replaces the source of all jitter, for tests and simulations.
     *
     * @param uniform uniform on [0,1); called from many threads
     * @return this
     */
    public Builder random(DoubleSupplier uniform) {
      random = Objects.requireNonNull(uniform, "uniform");
      return this;
    }

    /**
     * Where the meters of {@link dev.holdfast.metrics.HoldfastMeter} go.
     *
     * @param to the registry
     * @param name the value of their tag {@code guard}
     * @return this
     */
    public Builder meters(MeterRegistry to, String name) {
      registry = Objects.requireNonNull(to, "to");
      guard = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Builds the gate. Reads {@code /proc} once, unless a budget is declared.
     *
     * @return the gate
     */
    public EndpointGates build() {
      return new EndpointGates(this);
    }
  }
}
