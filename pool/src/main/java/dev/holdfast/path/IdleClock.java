package dev.holdfast.path;

/** What sets an idle timer on the path back to zero. */
public enum IdleClock {
  /** Any segment in either direction, a bare ACK or an answered TCP keepalive included. */
  ANY_SEGMENT,
  /** Payload bytes in either direction; TCP keepalive does not count. */
  PAYLOAD,
  /** A request of the application; neither TCP keepalive nor a reply counts. */
  REQUEST
}
