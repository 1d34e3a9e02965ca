package dev.holdfast.internal.socket;

import dev.holdfast.internal.wire.SocketProbe;
import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;

/**
 * The keepalive settings of a connection whose path is proved, by several callers at a time where
 * they share it: those from before the first proof are put back behind the last. Thread-safe.
 */
final class ProofSettings {

  private final SocketProbe probe;
  private KeepAliveSettings before = KeepAliveSettings.OFF;
  private int proofs;

  ProofSettings(SocketProbe probe) {
    this.probe = probe;
  }

  /** To be called before the kernel is asked. */
  synchronized void borrow() {
    if (proofs++ == 0) {
      before = probe.keepAlive();
    }
  }

  /** To be called once for each {@link #borrow}. */
  synchronized void giveBack() {
    if (--proofs == 0) {
      probe.restore(before);
    }
  }
}
