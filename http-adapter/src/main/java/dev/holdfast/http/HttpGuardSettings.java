package dev.holdfast.http;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.guard.Guard;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.http.HostPlans;
import dev.holdfast.internal.http.RetryTable;
import dev.holdfast.internal.report.StartLine;
import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.internal.socket.SocketSettings;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.PathWarning;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * What a guard was built with. Immutable. See {@link HttpGuardBuilder} for the meanings.
 *
 * @param name in meters, log lines and events
 * @param plans of the paths, for each host
 * @param registry of the meters
 * @param probeAfter idle age from which a request that must not run twice waits for a proof
 * @param nameLookUp how often names that were dialled are looked up; empty for never
 * @param learner how idle limits are learned
 * @param redialling how connects dial
 * @param gate asked before every connect
 * @param usage how the endpoints are used
 * @param retries which failed exchange may be repeated
 * @param replay the Resilience4j side of it
 * @param ownGate whether the gate was made for this guard, and ends with it
 * @param endpointMeters how many endpoints are counted by themselves; 0 for none
 */
public record HttpGuardSettings(
    String name,
    HostPlans plans,
    MeterRegistry registry,
    Duration probeAfter,
    Optional<Duration> nameLookUp,
    LearnerSettings learner,
    RedialSettings redialling,
    ConnectGate gate,
    UsageSettings usage,
    RetryTable retries,
    ReplayRetry replay,
    boolean ownGate,
    int endpointMeters) {

  /**
   * What was set on a builder.
   *
   * @param builder the client's own
   * @return the settings
   * @throws IllegalArgumentException if a setting is out of range
   */
  public static HttpGuardSettings of(HttpGuardBuilder<?> builder) {
    return builder.settings();
  }

  /**
   * The plan of hosts without one of their own.
   *
   * @return the plan
   */
  public ConnectionPlan plan() {
    return plans.others();
  }

  /**
   * What its sockets go by.
   *
   * @return the part of these settings that has nothing of HTTP in it
   */
  public SocketSettings sockets() {
    return new SocketSettings(
        name,
        plans.distinct(),
        registry,
        probeAfter,
        nameLookUp,
        learner,
        redialling,
        gate,
        replay.budgets());
  }

  /**
   * Says once, at INFO, what the guard goes by.
   *
   * @param log the guard's
   * @param client what it guards, with the version
   */
  public void sayPlans(Logger log, String client) {
    StartLine.say(log, name, client, plan(), StartLine.nativeEpoll());
    StartLine.warn(log, name, PathWarning.ofUnit("probeAfter", probeAfter).stream().toList());
    plans
        .all()
        .forEach(
            (hosts, its) -> {
              if (!hosts.equals(Guard.OTHERS)) {
                StartLine.alsoFor(log, name, hosts, its);
              }
            });
  }

  /** A gate that was made for this guard loses its gauges with it; a user's is the user's. */
  public void closeOwnGate() {
    if (ownGate && gate instanceof EndpointGates own) {
      own.close();
    }
  }
}
