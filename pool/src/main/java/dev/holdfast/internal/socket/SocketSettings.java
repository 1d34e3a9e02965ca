package dev.holdfast.internal.socket;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.internal.retry.RetryBudgets;
import dev.holdfast.path.ConnectionPlan;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a guard of blocking sockets goes by. Immutable.
 *
 * @param name in meters, log lines and events
 * @param plans every plan that a connection may go by, each once
 * @param registry of the meters
 * @param probeAfter idle age from which a call that must not run twice waits for a proof
 * @param nameLookUp how often names that were dialled are looked up; empty for never
 * @param learner how idle limits are learned
 * @param redialling how connects dial
 * @param gate asked before every connect
 * @param budgets what redials and replays may cost
 */
public record SocketSettings(
    String name,
    Collection<ConnectionPlan> plans,
    MeterRegistry registry,
    Duration probeAfter,
    Optional<Duration> nameLookUp,
    LearnerSettings learner,
    RedialSettings redialling,
    ConnectGate gate,
    RetryBudgets budgets) {

  /**
   * Copies the plans.
   *
   * @param name in meters, log lines and events
   * @param plans every plan that a connection may go by, each once
   * @param registry of the meters
   * @param probeAfter idle age from which a call that must not run twice waits for a proof
   * @param nameLookUp how often names that were dialled are looked up; empty for never
   * @param learner how idle limits are learned
   * @param redialling how connects dial
   * @param gate asked before every connect
   * @param budgets what redials and replays may cost
   */
  public SocketSettings {
    plans = List.copyOf(plans);
  }
}
