package dev.holdfast.gate;

import dev.holdfast.internal.gate.UnbookedPermit;
import java.net.SocketAddress;

/** Asked before the first dial of every connect. Thread-safe, never blocks. */
@FunctionalInterface
public interface ConnectGate {

  /**
   * Asks for leave to dial.
   *
   * @param remote the resolved address
   * @param timeoutNanos how long the caller can wait for its connection; who has no time left is
   *     refused
   * @return go, wait or refused
   */
  Admission admit(SocketAddress remote, long timeoutNanos);

  /**
   * A gate that lets everyone through and keeps no books.
   *
   * @return the gate
   */
  static ConnectGate open() {
    return (remote, timeoutNanos) -> new Admission.Go(UnbookedPermit.INSTANCE);
  }
}
