package dev.holdfast.http;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.report.ConnectionLoss;
import dev.holdfast.socket.ConnectionEnd;
import java.time.Duration;

/**
 * A connection was given up. Immutable; carries no URL, header, body, address or credential.
 *
 * @param guard the guard's name
 * @param cause what the client saw
 * @param evidence the readings that show it
 * @param diagnosis what explains it, as far as it is known at this moment; a listener of diagnoses
 *     hears more once the next connection was tried
 * @param idle how long no payload had moved
 * @param inFlight whether a request had been sent on it and had no whole answer
 */
public record SwapEvent(
    String guard,
    Cause cause,
    String evidence,
    Diagnosis diagnosis,
    Duration idle,
    boolean inFlight)
    implements ConnectionLoss {

  /** The request's own fate is decided later. */
  @Override
  public String consequence() {
    return inFlight ? "a request was in flight" : "no request was lost";
  }

  /**
   * The same of a socket's end.
   *
   * @param end of a connection
   * @return the event
   */
  public static SwapEvent of(ConnectionEnd end) {
    return new SwapEvent(
        end.guard(), end.cause(), end.evidence(), end.diagnosis(), end.idle(), end.inFlight());
  }
}
