package dev.holdfast.gate;

import java.io.IOException;

/** The answer to who wants to dial. */
public sealed interface Admission {

  /**
   * Dial now.
   *
   * @param permit must be told how the connection fares
   */
  record Go(Permit permit) implements Admission {}

  /**
   * Ask again later.
   *
   * @param nanos when, from now; above zero and not beyond the caller's time
   * @param turn the place in the line
   */
  record Wait(long nanos, Turn turn) implements Admission {}

  /**
   * Do not dial. Nothing was sent.
   *
   * @param cause {@link PortsExhaustedException} or {@link EndpointDownException}, made for this
   *     caller
   * @param retryNanos from when on asking again makes sense, from now; above zero
   */
  record Refused(IOException cause, long retryNanos) implements Admission {}
}
