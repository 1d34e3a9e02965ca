package dev.holdfast.http;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.dial.RedialSchedule;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.internal.http.HostPlans;
import dev.holdfast.internal.http.RetryTable;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.usage.CallSite;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings that the guards of all HTTP clients share. Not thread-safe.
 *
 * @param <B> the client's own builder
 */
public abstract class HttpGuardBuilder<B extends HttpGuardBuilder<B>> {

  private HostPlans plans;
  private String name = "http";
  private MeterRegistry registry = Metrics.globalRegistry;
  private Duration probeAfter = Duration.ofSeconds(1);
  private LearnerSettings learner = LearnerSettings.DEFAULT;
  private Optional<Duration> nameLookUp = NameWatch.ofTheJvm();
  private boolean retries = true;
  private boolean idempotentToo = true;
  private int redials = RedialSchedule.DEFAULT_REDIALS;
  private int endpointMeters;
  private List<InetAddress> sourceAddresses = List.of();
  private @Nullable Usage usage;
  private String usageDeclaredAt = "";
  private UsageRegistry usageRegistry = UsageRegistry.shared();
  private @Nullable ConnectGate gate;

  /**
   * Starts from the defaults.
   *
   * @param plan the plan of the path to the servers, but those of {@link #planFor}
   */
  protected HttpGuardBuilder(ConnectionPlan plan) {
    this.plans = HostPlans.of(plan);
  }

  /**
   * This builder, as its own class.
   *
   * @return this
   */
  protected abstract B self();

  /**
   * Names the guard in meters, log lines and events.
   *
   * @param name any text; {@code http} by default
   * @return this builder
   * @throws IllegalArgumentException if the name is blank
   */
  public B name(String name) {
    this.name = GuardChecks.name(name, "the client is for, as orders");
    return self();
  }

  /**
   * The path to some hosts, where it is not that of the others: ages, keepalive, pings, lifetimes,
   * redials and the words of a diagnosis of their connections go by it. The host is the one of the
   * URL, also where a proxy is on the way; what is booked by the address that is dialled (ports,
   * churn, failed connects) goes by the proxy's name there.
   *
   * <p>The most exact entry counts: {@code host:port}, then {@code host}, then the longest {@code
   * *.suffix}.
   *
   * @param servers {@code api.example.com}, {@code api.example.com:8443}, an IP address, or all
   *     hosts of a domain, {@code *.example.com}; without a port it stands for all ports
   * @param plan the plan of the path to them
   * @return this builder
   * @throws IllegalArgumentException if the text is no host, or has a plan already
   */
  public B planFor(String servers, ConnectionPlan plan) {
    this.plans = plans.with(servers, plan);
    return self();
  }

  /**
   * Where the meters of {@link dev.holdfast.metrics.HoldfastMeter} go.
   *
   * @param registry a registry; Micrometer's global one by default
   * @return this builder
   */
  public B meterRegistry(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
    return self();
  }

  /**
   * How long a connection may be idle before a request that must not run twice waits for a proof of
   * its path. One second by default, and at least: the kernel probes no connection it heard from
   * within the last second.
   *
   * @param idle at least one second
   * @return this builder
   * @throws IllegalArgumentException if the duration is shorter
   */
  public B probeAfter(Duration idle) {
    this.probeAfter = GuardChecks.probedByKernel(idle);
    return self();
  }

  /**
   * Does not look up again the names that were dialled. By default each is, by the resolver that
   * the client has: Netty's, which keeps a name for its TTL, is asked every second, any other once
   * the JVM would have forgotten ({@code networkaddress.cache.ttl}, 30 s unless set; never where
   * names are kept for ever). A connection to an address that its name has left carries no further
   * request: nothing in flight is cut. See {@link NameWatch}.
   *
   * @return this builder
   */
  public B withoutNameWatch() {
    this.nameLookUp = Optional.empty();
    return self();
  }

  /** A test does not wait for the JVM to forget. */
  B nameLookUp(Duration period) {
    this.nameLookUp = Optional.of(period);
    return self();
  }

  /** A limit is learned from ends in different minutes: a test has its own. */
  B learner(LearnerSettings learner) {
    this.learner = learner;
    return self();
  }

  /**
   * Repeats no request that was sent: those that may run twice fail with the client's own
   * exception. Requests never sent still move to a new connection.
   *
   * @return this builder
   */
  public B withoutRetries() {
    this.retries = false;
    return self();
  }

  /**
   * Repeats no {@code PUT} or {@code DELETE} that may have run; it fails as a {@code POST} does.
   * RFC 9110 calls them idempotent, so they are repeated by default; but a late second run can undo
   * another client's newer write.
   *
   * @return this builder
   */
  public B withoutReplayOfIdempotentWrites() {
    this.idempotentToo = false;
    return self();
  }

  /**
   * How many dials may follow the first, from another source port, while a connect is not answered;
   * all within the user's connect timeout. 6 by default: where half of all SYNs are lost 1.6 % of
   * the connects still wait for the kernel's retransmission. Where the path {@linkplain
   * dev.holdfast.path.NetworkPath#balanced() balances}, a refused connect is dialled again too, at
   * most twice. 0 switches all of it off.
   *
   * @param redials at least 0
   * @return this builder
   * @throws IllegalArgumentException if negative, when the guard is built
   */
  public B redials(int redials) {
    this.redials = redials;
    return self();
  }

  /**
   * Local addresses to dial from, in turn. Each has its own ports, so the port budget towards one
   * server grows with their number. The kernel chooses by default.
   *
   * @param addresses addresses of this host; only those of a server's address family are used for
   *     it
   * @return this builder
   */
  public B sourceAddresses(InetAddress... addresses) {
    this.sourceAddresses = List.of(Objects.requireNonNull(addresses, "addresses"));
    return self();
  }

  /**
   * Counts connects and given-up connections by endpoint too, in a meter of its own: {@code
   * holdfast.endpoint.events}, whose tag {@code endpoint} holds addresses. Off by default.
   *
   * @param most how many endpoints have a value of their own; the rest share {@code other}
   * @return this builder
   * @throws IllegalArgumentException if it is not 1 to 1000
   */
  public B endpointMeters(int most) {
    this.endpointMeters = GuardChecks.endpointMeters(most);
    return self();
  }

  /**
   * Declares how the connections of the guarded clients are used. While the client is up, no other
   * guard of this process may use the same endpoints, {@code host:port} as in the URL, for the
   * other: its connect fails with {@link dev.holdfast.usage.MixedUsageException}, which names both
   * calls of this method, before a packet is sent. Undeclared by default: nothing is refused.
   *
   * <p>Many connections closed young are diagnosed as churn unless they are declared short-lived:
   * who never thought of it needs the diagnosis most.
   *
   * @param usage how they are used
   * @return this builder
   */
  public B usage(Usage usage) {
    this.usage = Objects.requireNonNull(usage, "usage");
    this.usageDeclaredAt = CallSite.find();
    return self();
  }

  /**
   * Where the use is declared.
   *
   * @param registry one for all guards that are to be kept apart; {@link UsageRegistry#shared()} by
   *     default
   * @return this builder
   */
  public B usageRegistry(UsageRegistry registry) {
    this.usageRegistry = Objects.requireNonNull(registry, "registry");
    return self();
  }

  /**
   * The gate that is asked before every connect, in place of the guard's own {@link EndpointGates}.
   * Guards of one process that dial the same servers share source ports, so give them one gate;
   * {@link ConnectGate#open()} switches it off. A gate given here knows nothing of this guard's
   * plan, source addresses and name: build it with them.
   *
   * @param gate thread-safe
   * @return this builder
   */
  public B gate(ConnectGate gate) {
    this.gate = Objects.requireNonNull(gate, "gate");
    return self();
  }

  /** What was set; see {@link HttpGuardSettings#of}. */
  HttpGuardSettings settings() {
    return new HttpGuardSettings(
        name,
        plans,
        registry,
        probeAfter,
        nameLookUp,
        learner,
        new RedialSettings(redials, plans.others().path().balanced(), null, sourceAddresses),
        gate == null ? EndpointGates.ofGuard(plans::of, sourceAddresses, registry, name) : gate,
        new UsageSettings(usage, usageDeclaredAt, usageRegistry),
        RetryTable.of(idempotentToo),
        ReplayRetry.of(name, retries ? 2 : 1, idempotentToo),
        gate == null,
        endpointMeters);
  }
}
