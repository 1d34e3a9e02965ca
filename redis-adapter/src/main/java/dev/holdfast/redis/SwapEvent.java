package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.report.ConnectionLoss;
import java.time.Duration;

/**
 * A connection was given up and its calls were settled. Immutable; carries no key, value, address
 * or credential.
 *
 * @param guard the guard's name
 * @param cause what the client saw
 * @param evidence the readings that show it
 * @param diagnosis what explains it, as far as it is known at this moment; {@link
 *     LettuceGuard#onDiagnosis} follows once the next connection was tried
 * @param idle how long no payload had moved
 * @param moved calls never sent that move to the next connection
 * @param replayed calls sent without an answer that are sent again
 * @param ambiguous calls that failed with an unknown outcome
 * @param notExecuted calls that failed although they certainly did not run
 */
public record SwapEvent(
    String guard,
    Cause cause,
    String evidence,
    Diagnosis diagnosis,
    Duration idle,
    int moved,
    int replayed,
    int ambiguous,
    int notExecuted)
    implements ConnectionLoss {

  @Override
  public String consequence() {
    return "calls moved %d, replayed %d, ambiguous %d, not executed %d"
        .formatted(moved, replayed, ambiguous, notExecuted);
  }
}
