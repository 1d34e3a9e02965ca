package dev.holdfast.redis.jedis;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.dial.RedialSchedule;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.socket.SocketSettings;
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

/** Settings of a {@link JedisGuard}. Not thread-safe. */
public final class JedisGuardBuilder {

  private final ConnectionPlan plan;
  private String name = "jedis";
  private MeterRegistry registry = Metrics.globalRegistry;
  private Duration probeAfter = Duration.ofSeconds(1);
  private @Nullable Duration nameLookUp = NameWatch.ofTheJvm().orElse(null);
  private Duration declinedPatience = Duration.ofMinutes(1);
  private int replayAttempts = 3;
  private boolean stateIdempotentToo;
  private int endpointMeters;
  private int redials = RedialSchedule.DEFAULT_REDIALS;
  private List<InetAddress> sourceAddresses = List.of();
  private @Nullable Usage usage;
  private String usageDeclaredAt = "";
  private UsageRegistry usageRegistry = UsageRegistry.shared();
  private @Nullable ConnectGate gate;

  JedisGuardBuilder(ConnectionPlan plan) {
    this.plan = Objects.requireNonNull(plan, "plan");
  }

  /**
   * Names the guard in meters, log lines and events.
   *
   * @param name any text; {@code jedis} by default
   * @return this builder
   * @throws IllegalArgumentException if the name is blank
   */
  public JedisGuardBuilder name(String name) {
    this.name = GuardChecks.name(name, "the client is for, as cache");
    return this;
  }

  /**
   * Where the meters of {@link dev.holdfast.metrics.HoldfastMeter} go.
   *
   * @param registry a registry; Micrometer's global one by default
   * @return this builder
   */
  public JedisGuardBuilder meterRegistry(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /**
   * How long a connection may be idle before an unsafe command waits for a proof of its path. One
   * second by default: a shorter one makes ordinary pauses pay a round trip.
   *
   * @param idle a positive duration
   * @return this builder
   * @throws IllegalArgumentException if the duration is not positive
   */
  public JedisGuardBuilder probeAfter(Duration idle) {
    this.probeAfter = GuardChecks.probedByPing(idle);
    return this;
  }

  /**
   * Does not look up again the names that were dialled. By default each is, once the JVM has
   * forgotten it ({@code networkaddress.cache.ttl}, 30 s unless set; never where names are kept for
   * ever), and connections to an address that its name has left are replaced: nothing in flight is
   * cut, and what is new waits until that is through. See {@link NameWatch}.
   *
   * @return this builder
   */
  public JedisGuardBuilder withoutNameWatch() {
    this.nameLookUp = null;
    return this;
  }

  /**
   * For how long a single command may be sent again that the server declined without running it:
   * {@code LOADING}, {@code MASTERDOWN}, {@code BUSY}, {@code CLUSTERDOWN}, {@code TRYAGAIN}; and
   * never longer than the client's own socket timeout. 60 s by default; Jedis' socket timeout is 2
   * s by default. The waits between grow from 20 ms to a second.
   *
   * <p>A write that is declined with {@code READONLY} moves to a new connection, once, and the
   * pool's others are retired: the name of a server that has become a replica may lead elsewhere by
   * now.
   *
   * <p>Nothing of a pipeline or a transaction is sent again.
   *
   * @param patience zero for none of this: what the server says reaches the caller at once
   * @return this builder
   * @throws IllegalArgumentException if the duration is negative, or above 3650 days
   */
  public JedisGuardBuilder declinedPatience(Duration patience) {
    this.declinedPatience = GuardChecks.declinedPatience(patience, "60 s");
    return this;
  }

  /**
   * How often one replay-safe command may be sent in all. 3 by default; 1 never replays.
   *
   * @param attempts at least 1
   * @return this builder
   * @throws IllegalArgumentException if below 1
   */
  public JedisGuardBuilder replayAttempts(int attempts) {
    this.replayAttempts = GuardChecks.replayAttempts(attempts);
    return this;
  }

  /**
   * Also sends writes again that end in the same state when run twice in a row: plain {@code SET},
   * {@code HSET}, {@code DEL}, {@code SADD} and the like. Off by default: their reply may differ,
   * and a late second run can undo another client's newer write.
   *
   * @return this builder
   */
  public JedisGuardBuilder replayStateIdempotentWrites() {
    this.stateIdempotentToo = true;
    return this;
  }

  /**
   * How many dials may follow the first, from another source port, while a connect is not answered;
   * all within the client's connect timeout. 6 by default: where half of all SYNs are lost 1.6 % of
   * the connects still wait for the kernel's retransmission. Where the path {@linkplain
   * dev.holdfast.path.NetworkPath#balanced() balances}, a refused connect is dialled again too, at
   * most twice. 0 switches all of it off.
   *
   * @param redials at least 0
   * @return this builder
   * @throws IllegalArgumentException if negative, from {@link #build()}
   */
  public JedisGuardBuilder redials(int redials) {
    this.redials = redials;
    return this;
  }

  /**
   * Local addresses to dial from, in turn. Each has its own ports, so the port budget towards one
   * server grows with their number. The kernel chooses by default.
   *
   * @param addresses addresses of this host; only those of a server's address family are used for
   *     it
   * @return this builder
   */
  public JedisGuardBuilder sourceAddresses(InetAddress... addresses) {
    this.sourceAddresses = List.of(Objects.requireNonNull(addresses, "addresses"));
    return this;
  }

  /**
   * Counts connects and given-up connections by endpoint too, in a meter of its own: {@code
   * holdfast.endpoint.events}, whose tag {@code endpoint} holds addresses. Off by default.
   *
   * @param most how many endpoints have a value of their own; the rest share {@code other}
   * @return this builder
   * @throws IllegalArgumentException if it is not 1 to 1000
   */
  public JedisGuardBuilder endpointMeters(int most) {
    this.endpointMeters = GuardChecks.endpointMeters(most);
    return this;
  }

  /**
   * Declares how the connections of the guarded clients are used. While one of its pools is open
   * (and until the guard is closed, where it made a factory for a pool of Jedis' own), no other
   * guard of this process may use the same endpoints, {@code host:port} as the clients are given
   * them, for the other: its connect fails with {@link dev.holdfast.usage.MixedUsageException},
   * which names both calls of this method, before a packet is sent. Undeclared by default: nothing
   * is refused.
   *
   * <p>Many connections closed young are diagnosed as churn unless they are declared short-lived:
   * who never thought of it needs the diagnosis most.
   *
   * @param usage how they are used
   * @return this builder
   */
  public JedisGuardBuilder usage(Usage usage) {
    this.usage = Objects.requireNonNull(usage, "usage");
    this.usageDeclaredAt = CallSite.find();
    return this;
  }

  /**
   * Where the use is declared.
   *
   * @param registry one for all guards that are to be kept apart; {@link UsageRegistry#shared()} by
   *     default
   * @return this builder
   */
  public JedisGuardBuilder usageRegistry(UsageRegistry registry) {
    this.usageRegistry = Objects.requireNonNull(registry, "registry");
    return this;
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
  public JedisGuardBuilder gate(ConnectGate gate) {
    this.gate = Objects.requireNonNull(gate, "gate");
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if jedis is outside the supported range
   */
  public JedisGuard build() {
    ReplayRetry replay = ReplayRetry.of(name, replayAttempts, stateIdempotentToo);
    SocketSettings sockets =
        new SocketSettings(
            name,
            List.of(plan),
            registry,
            probeAfter,
            Optional.ofNullable(nameLookUp),
            LearnerSettings.DEFAULT,
            new RedialSettings(redials, plan.path().balanced(), null, sourceAddresses),
            gate == null ? EndpointGates.ofGuard(plan, sourceAddresses, registry, name) : gate,
            replay.budgets());
    return new JedisGuard(
        plan,
        sockets,
        gate == null,
        replay,
        declinedPatience,
        endpointMeters,
        new UsageSettings(usage, usageDeclaredAt, usageRegistry));
  }
}
