package dev.holdfast.connect;

import java.net.SocketAddress;

/** Asked before the first dial of every connect. Thread-safe; must not block. */
@FunctionalInterface
public interface DialGate {

  /** A gate that is always open. */
  DialGate OPEN = (remote, timeoutNanos) -> new Answer.Go(DialPermit.NONE);

  /** What the gate says. */
  sealed interface Answer {

    /**
     * Dial now.
     *
     * @param permit to be told how it went
     */
    record Go(DialPermit permit) implements Answer {}

    /**
     * Ask again later.
     *
     * @param nanos after so long
     */
    record Wait(long nanos) implements Answer {}

    /**
     * Do not dial.
     *
     * @param cause what the caller is told
     */
    record Refuse(Throwable cause) implements Answer {}
  }

  /**
   * Whether a connect may begin.
   *
   * @param remote the address to be dialled
   * @param timeoutNanos what is left of the user's connect timeout, {@link Long#MAX_VALUE} for none
   * @return go, wait or refuse
   */
  Answer admit(SocketAddress remote, long timeoutNanos);
}
