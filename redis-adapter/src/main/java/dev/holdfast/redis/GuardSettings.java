package dev.holdfast.redis;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.dial.RedialSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.BackOff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a guard was built with; immutable. See {@link LettuceGuardBuilder} for the meanings. */
record GuardSettings(
    String name,
    ConnectionPlan plan,
    Duration probeAfter,
    int heldLimit,
    Duration declinedPatience,
    @Nullable Duration silentServerLimit,
    @Nullable Duration nameLookUp,
    boolean backgroundPing,
    boolean sharedByDefault,
    @Nullable BackOff reconnectBackOff,
    RedialSettings redialling,
    LearnerSettings learner,
    ConnectGate gate,
    boolean ownGate) {

  /** A gate that was made for this guard ends with it; a user's is the user's. */
  void closeOwnGate() {
    if (ownGate && gate instanceof EndpointGates own) {
      own.close();
    }
  }
}
