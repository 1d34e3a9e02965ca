package dev.holdfast.http.reactor;

/**
 * Bytes handed to the transport, and bytes of them that the local kernel has taken, since the
 * connection began. What was handed down and not taken can have reached nobody. Confined to the
 * event loop.
 */
final class WriteLedger {

  private long handedDown;
  private long taken;

  long handedDown() {
    return handedDown;
  }

  long taken() {
    return taken;
  }

  /** Counts bytes in; call before they are written. */
  void handDown(long bytes) {
    handedDown += bytes;
  }

  void took(long bytes) {
    taken += bytes;
  }
}
