package dev.holdfast.socket;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.dial.RedialSchedule;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.internal.retry.RetryBudgets;
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

/** Settings of a {@link SocketGuard}. Not thread-safe. */
public final class SocketGuardBuilder {

  private final ConnectionPlan plan;
  private String name = "socket";
  private MeterRegistry registry = Metrics.globalRegistry;
  private Duration probeAfter = Duration.ofSeconds(1);
  private Optional<Duration> nameLookUp = NameWatch.ofTheJvm();
  private int redials = RedialSchedule.DEFAULT_REDIALS;
  private List<InetAddress> sourceAddresses = List.of();
  private @Nullable Usage usage;
  private String usageDeclaredAt = "";
  private @Nullable ConnectGate gate;

  SocketGuardBuilder(ConnectionPlan plan) {
    this.plan = Objects.requireNonNull(plan, "plan");
  }

  /**
   * Names the guard in meters, log lines and events.
   *
   * @param name any text; {@code socket} by default
   * @return this builder
   * @throws IllegalArgumentException if the name is blank
   */
  public SocketGuardBuilder name(String name) {
    this.name = GuardChecks.name(name, "the sockets are for, as ledger");
    return this;
  }

  /**
   * Where the meters of {@link dev.holdfast.metrics.HoldfastMeter} go.
   *
   * @param registry a registry; Micrometer's global one by default
   * @return this builder
   */
  public SocketGuardBuilder meterRegistry(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
    return this;
  }

  /**
   * How long a connection may be idle before {@link SocketGuard#mayBeUsed} waits for a proof of its
   * path. One second by default, and at least: the kernel probes no connection it heard from within
   * the last second.
   *
   * @param idle at least one second
   * @return this builder
   * @throws IllegalArgumentException if the duration is shorter
   */
  public SocketGuardBuilder probeAfter(Duration idle) {
    this.probeAfter = GuardChecks.probedByKernel(idle);
    return this;
  }

  /**
   * Does not look up again the names that were dialled. By default each is, once the JVM has
   * forgotten it, and {@link SocketGuard#mayBeUsed} refuses a connection to an address that its
   * name has left.
   *
   * @return this builder
   */
  public SocketGuardBuilder withoutNameWatch() {
    this.nameLookUp = Optional.empty();
    return this;
  }

  /**
   * How many dials may follow the first, from another source port, while a connect is not answered;
   * all within the connect's timeout.
   *
   * @param redials at least 0; 6 by default
   * @return this builder
   * @throws IllegalArgumentException if negative, when the guard is built
   */
  public SocketGuardBuilder redials(int redials) {
    this.redials = redials;
    return this;
  }

  /**
   * Local addresses to dial from, in turn, where the socket is not bound. The kernel chooses by
   * default.
   *
   * @param addresses addresses of this host; only those of a server's address family are used for
   *     it
   * @return this builder
   */
  public SocketGuardBuilder sourceAddresses(InetAddress... addresses) {
    this.sourceAddresses = List.of(Objects.requireNonNull(addresses, "addresses"));
    return this;
  }

  /**
   * Declares how the connections are used: no other guard of this process may use the same
   * endpoints for the other. Undeclared by default.
   *
   * @param usage how they are used
   * @return this builder
   */
  public SocketGuardBuilder usage(Usage usage) {
    this.usage = Objects.requireNonNull(usage, "usage");
    this.usageDeclaredAt = CallSite.find();
    return this;
  }

  /**
   * The gate that is asked before every connect, in place of the guard's own.
   *
   * @param gate thread-safe
   * @return this builder
   */
  public SocketGuardBuilder gate(ConnectGate gate) {
    this.gate = Objects.requireNonNull(gate, "gate");
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard
   * @throws IllegalArgumentException if a setting is out of range
   */
  public SocketGuard build() {
    RedialSettings redialling =
        new RedialSettings(redials, plan.path().balanced(), null, sourceAddresses);
    EndpointGates own =
        gate == null
            ? EndpointGates.ofGuard(anywhere -> plan, sourceAddresses, registry, name)
            : null;
    SocketSettings settings =
        new SocketSettings(
            name,
            List.of(plan),
            registry,
            probeAfter,
            nameLookUp,
            LearnerSettings.DEFAULT,
            redialling,
            own == null ? Objects.requireNonNull(gate) : own,
            new RetryBudgets(System::nanoTime));
    UsageSettings used = new UsageSettings(usage, usageDeclaredAt, UsageRegistry.shared());
    return new SocketGuard(plan, settings, used, own);
  }
}
