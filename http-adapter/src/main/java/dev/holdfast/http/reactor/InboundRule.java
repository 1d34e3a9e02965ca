package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;

/**
 * Bytes of HTTP/1.1 must belong to a response; the first that do not end the connection. A server
 * that closes an idle connection may say 408 first (RFC 9110, section 15.5.9); left in the codec it
 * would answer the next request. Confined to the event loop.
 */
final class InboundRule {

  private final GuardedConnection guarded;
  private boolean onTheWire;
  private boolean broken;

  InboundRule(GuardedConnection guarded) {
    this.guarded = guarded;
  }

  /** From now on the bytes of the wire itself are those of HTTP/1.1. */
  void holdsOnTheWire() {
    onTheWire = true;
  }

  /** Whether bytes of the wire may go on up the pipeline. */
  boolean admitsFromWire() {
    return !onTheWire || admits();
  }

  /** Whether bytes of HTTP/1.1 may go on to the codec. */
  boolean admits() {
    if (!broken && guarded.answersAreDue()) {
      return true;
    }
    if (!broken) {
      broken = true;
      guarded.condemn(Cause.PEER_CLOSED, "bytes arrived that answer no request");
    }
    return false;
  }
}
