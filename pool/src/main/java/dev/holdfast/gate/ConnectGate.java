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
   * Asks for leave to dial a server of which the caller only wants to learn where others are: a
   * cluster's node, a Sentinel. He asks several the same, and what he learns of the others may wait
   * for this answer; so a gate should not let him wait for another's dial.
   *
   * @param remote the resolved address
   * @param timeoutNanos how long the caller can wait for its connection
   * @return go, wait or refused; as {@link #admit} unless the gate knows better
   */
  default Admission admitDiscovery(SocketAddress remote, long timeoutNanos) {
    return admit(remote, timeoutNanos);
  }

  /**
   * A gate that lets everyone through and keeps no books.
   *
   * @return the gate
   */
  static ConnectGate open() {
    return (remote, timeoutNanos) -> new Admission.Go(UnbookedPermit.INSTANCE);
  }
}
