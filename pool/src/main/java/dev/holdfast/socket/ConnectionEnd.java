package dev.holdfast.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.report.ConnectionLoss;
import java.time.Duration;

/**
 * A connection was given up. Immutable; carries no payload, address or credential.
 *
 * @param guard the guard's name
 * @param cause what was seen
 * @param evidence the readings that show it
 * @param diagnosis what explains it, as far as it is known at this moment; a listener of diagnoses
 *     hears more once the next connection was tried
 * @param idle how long no payload had moved
 * @param inFlight whether something was waited for on it
 */
public record ConnectionEnd(
    String guard,
    Cause cause,
    String evidence,
    Diagnosis diagnosis,
    Duration idle,
    boolean inFlight)
    implements ConnectionLoss {

  /** The call's own fate is decided later. */
  @Override
  public String consequence() {
    return inFlight ? "a request was in flight" : "no request was lost";
  }
}
