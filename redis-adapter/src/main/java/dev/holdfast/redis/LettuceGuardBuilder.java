package dev.holdfast.redis;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.dial.RedialSchedule;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.usage.CallSite;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.BackOff;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link LettuceGuard}. Not thread-safe. */
public final class LettuceGuardBuilder {

  private static final Duration LEAST_SILENCE = Duration.ofSeconds(1);

  private final ConnectionPlan plan;
  private String name = "redis";
  private MeterRegistry registry = Metrics.globalRegistry;
  private Duration probeAfter = Duration.ofSeconds(1);
  private int heldLimit = 10_000;
  private Duration declinedPatience = RedisURI.DEFAULT_TIMEOUT_DURATION;
  private @Nullable Duration silentServerLimit;
  private @Nullable Duration nameLookUp = NameWatch.ofTheJvm().orElse(null);
  private int replayAttempts = 3;
  private boolean stateIdempotentToo;
  private boolean backgroundPing = true;
  private boolean sharedConnections;
  private int endpointMeters;
  private @Nullable BackOff reconnectBackOff;
  private int redials = RedialSchedule.DEFAULT_REDIALS;
  private List<InetAddress> sourceAddresses = List.of();
  private @Nullable Usage usage;
  private String usageDeclaredAt = "";
  private UsageRegistry usageRegistry = UsageRegistry.shared();
  private LearnerSettings learner = LearnerSettings.DEFAULT;
  private @Nullable ConnectGate gate;

  LettuceGuardBuilder(ConnectionPlan plan) {
    this.plan = Objects.requireNonNull(plan, "plan");
  }

  /**
   * Names the guard in meters, log lines and events.
   *
   * @param name any text; {@code redis} by default
   * @return this builder
   * @throws IllegalArgumentException if the name is blank
   */
  public LettuceGuardBuilder name(String name) {
    this.name = GuardChecks.name(name, "the client is for, as cache");
    return this;
  }

  /**
   * Where the meters of {@link dev.holdfast.metrics.HoldfastMeter} go.
   *
   * @param registry a registry; Micrometer's global one by default
   * @return this builder
   */
  public LettuceGuardBuilder meterRegistry(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /**
   * How long a connection may be idle before an unsafe command waits for a proof of its path. One
   * second by default: a shorter one makes ordinary pauses pay a round trip.
   *
   * @param idle a positive duration
   * @return this builder
   * @throws IllegalArgumentException if the duration is not positive, or above 3650 days
   */
  public LettuceGuardBuilder probeAfter(Duration idle) {
    this.probeAfter = GuardChecks.probedByPing(idle);
    return this;
  }

  /**
   * How many commands of one connection may wait for a proof or a new connection; one more fails
   * with {@link dev.holdfast.retry.NotExecutedException}. 10,000 by default. Commands issued while
   * Lettuce is disconnected are bounded by its own {@code requestQueueSize}.
   *
   * @param commands at least 1
   * @return this builder
   * @throws IllegalArgumentException if below 1
   */
  public LettuceGuardBuilder heldLimit(int commands) {
    if (commands < 1) {
      throw new IllegalArgumentException(
          "heldLimit "
              + commands
              + " is below 1: not even the command that asks could wait. Fix: use 1 or more");
    }
    this.heldLimit = commands;
    return this;
  }

  /**
   * For how long a command may be sent again that the server declined without running it: {@code
   * LOADING}, {@code MASTERDOWN}, {@code BUSY}, {@code CLUSTERDOWN}, {@code TRYAGAIN}. It is sent
   * for the last time then, and its caller hears what the server says; one whose caller has gone
   * before, as a synchronous one does at his command timeout, is not sent any more. 60 s by
   * default, Lettuce's own command timeout ({@code RedisURI.DEFAULT_TIMEOUT}). The waits between
   * grow from 20 ms to a second, and one command of a connection is sent each time.
   *
   * <p>A write that is declined with {@code READONLY} moves to a new connection, once: the name of
   * a server that has become a replica may lead elsewhere by now.
   *
   * <p>Nothing is sent again within a transaction, ahead of a command that was run meanwhile, or
   * while the client's options are not those of {@link LettuceGuard#options}.
   *
   * @param patience zero for none of this: what the server says reaches the caller at once
   * @return this builder
   * @throws IllegalArgumentException if the duration is negative, or above 3650 days
   */
  public LettuceGuardBuilder declinedPatience(Duration patience) {
    this.declinedPatience = GuardChecks.declinedPatience(patience, "60 s");
    return this;
  }

  /**
   * How long a server may leave a call unanswered while it is reachable, before its connection is
   * given up. Unset by default: on a path that works such a server is slow, and to reconnect would
   * only add to its load. Declare it where another takes over from one that is frozen, and nobody
   * tells ({@link LettuceGuard#followSentinels} does). It must be well above the longest call; a
   * blocking command's own time comes on top, and one without end is left alone. Looked at five
   * times a second.
   *
   * @param limit at least a second
   * @return this builder
   * @throws IllegalArgumentException if it is shorter
   */
  public LettuceGuardBuilder silentServerLimit(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.compareTo(LEAST_SILENCE) < 0) {
      throw new IllegalArgumentException(
          "silentServerLimit "
              + limit
              + " is below "
              + LEAST_SILENCE
              + ": a server that saves its data or collects garbage is silent for so long");
    }
    this.silentServerLimit = GuardChecks.countable("silentServerLimit", limit);
    return this;
  }

  /**
   * Does not look up again the names that were dialled. By default each is, by the resolver of the
   * client's resources: Lettuce's own, which keeps a name for its TTL, is asked every second, any
   * other once the JVM would have forgotten ({@code networkaddress.cache.ttl}, 30 s unless set;
   * never where names are kept for ever). Connections to an address that its name has left are
   * replaced: nothing in flight is cut, and what is new waits until that is through. See {@link
   * NameWatch}.
   *
   * @return this builder
   */
  public LettuceGuardBuilder withoutNameWatch() {
    this.nameLookUp = null;
    return this;
  }

  /** A test does not wait for the JVM to forget. */
  LettuceGuardBuilder nameLookUp(Duration period) {
    this.nameLookUp = period;
    return this;
  }

  /**
   * How often one replay-safe command may be sent in all. 3 by default; 1 never replays.
   *
   * @param attempts at least 1
   * @return this builder
   * @throws IllegalArgumentException if below 1
   */
  public LettuceGuardBuilder replayAttempts(int attempts) {
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
  public LettuceGuardBuilder replayStateIdempotentWrites() {
    this.stateIdempotentToo = true;
    return this;
  }

  /**
   * Sends no PING of its own while a connection is idle. The path's limits then catch up with idle
   * connections, and the first command after it waits for a new one.
   *
   * @return this builder
   */
  public LettuceGuardBuilder withoutBackgroundPing() {
    this.backgroundPing = false;
    return this;
  }

  /**
   * Declares every connection of the guarded clients shared between callers: blocking commands are
   * refused, except on a connection handed to {@link LettuceGuard#dedicated}.
   *
   * @return this builder
   */
  public LettuceGuardBuilder sharedConnections() {
    this.sharedConnections = true;
    return this;
  }

  /**
   * Sets the waits between reconnects, in place of the {@code reconnectDelay} of the user's
   * resources. Without this call the latter stays in force; Lettuce's default grows to 30 s without
   * jitter, so clients that lost a server together return together.
   *
   * @param backOff the waits; {@link BackOff#ofDefaults()} spreads them
   * @return this builder
   */
  public LettuceGuardBuilder reconnectBackOff(BackOff backOff) {
    this.reconnectBackOff = Objects.requireNonNull(backOff, "backOff");
    return this;
  }

  /**
   * How many dials may follow the first, from another source port, while a connect is not answered;
   * all within Lettuce's own connect timeout. 6 by default: where half of all SYNs are lost 1.6 %
   * of the connects still wait for the kernel's retransmission. Where the path {@linkplain
   * dev.holdfast.path.NetworkPath#balanced() balances}, a refused connect is dialled again too, at
   * most twice, and a connection counts once its server has answered a PING. 0 switches all of it
   * off.
   *
   * @param redials at least 0
   * @return this builder
   * @throws IllegalArgumentException if negative, from {@link #build()}
   */
  public LettuceGuardBuilder redials(int redials) {
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
  public LettuceGuardBuilder sourceAddresses(InetAddress... addresses) {
    this.sourceAddresses = List.of(Objects.requireNonNull(addresses, "addresses"));
    return this;
  }

  /** A limit is learned from ends in different minutes: a test has its own. */
  LettuceGuardBuilder learner(LearnerSettings learner) {
    this.learner = learner;
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
  public LettuceGuardBuilder endpointMeters(int most) {
    this.endpointMeters = GuardChecks.endpointMeters(most);
    return this;
  }

  /**
   * Declares how the connections of the guarded clients are used. While one of the clients that
   * were made with the same resources is up, and the guard is not closed, no other guard of this
   * process may use the same endpoints, {@code host:port} as in the {@code RedisURI}, for the
   * other: its connect fails with {@link dev.holdfast.usage.MixedUsageException}, which names both
   * calls of this method, before a packet is sent. Undeclared by default: nothing is refused.
   *
   * <p>Many connections closed young are diagnosed as churn unless they are declared short-lived:
   * who never thought of it needs the diagnosis most.
   *
   * @param usage how they are used
   * @return this builder
   */
  public LettuceGuardBuilder usage(Usage usage) {
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
  public LettuceGuardBuilder usageRegistry(UsageRegistry registry) {
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
  public LettuceGuardBuilder gate(ConnectGate gate) {
    this.gate = Objects.requireNonNull(gate, "gate");
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard, to be installed once
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if lettuce-core is outside the supported range
   */
  public LettuceGuard build() {
    GuardSettings settings =
        new GuardSettings(
            name,
            plan,
            probeAfter,
            heldLimit,
            declinedPatience,
            silentServerLimit,
            nameLookUp,
            backgroundPing,
            sharedConnections,
            reconnectBackOff,
            new RedialSettings(
                redials, plan.path().balanced(), new RedisFirstReply(), sourceAddresses),
            learner,
            gate == null ? EndpointGates.ofGuard(plan, sourceAddresses, registry, name) : gate,
            gate == null);
    LettuceGuard guard =
        new LettuceGuard(
            settings,
            registry,
            ReplayRetry.of(name, replayAttempts, stateIdempotentToo),
            new DiagnosisReporter(registry),
            new UsageSettings(usage, usageDeclaredAt, usageRegistry));
    guard.meters().byEndpoint(endpointMeters);
    return guard;
  }
}
