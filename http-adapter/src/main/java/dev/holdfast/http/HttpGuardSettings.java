package dev.holdfast.http;

import dev.holdfast.diagnosis.LearnerSettings;
import dev.holdfast.dial.RedialSettings;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.ReplayRetry;
import dev.holdfast.usage.UsageSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/**
 * What a guard was built with. Immutable. See {@link HttpGuardBuilder} for the meanings.
 *
 * @param name in meters, log lines and events
 * @param plan of the path
 * @param registry of the meters
 * @param probeAfter idle age from which a request that must not run twice waits for a proof
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
    ConnectionPlan plan,
    MeterRegistry registry,
    Duration probeAfter,
    LearnerSettings learner,
    RedialSettings redialling,
    ConnectGate gate,
    UsageSettings usage,
    RetryTable retries,
    ReplayRetry replay,
    boolean ownGate,
    int endpointMeters) {

  /** A gate that was made for this guard loses its gauges with it; a user's is the user's. */
  public void closeOwnGate() {
    if (ownGate && gate instanceof EndpointGates own) {
      own.close();
    }
  }
}
