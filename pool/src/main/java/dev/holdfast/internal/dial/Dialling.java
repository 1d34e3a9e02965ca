package dev.holdfast.internal.dial;

/** One way to dial. Confined to the channel's event loop. */
interface Dialling {

  /** Makes the first dial; ends in {@link ConnectAttempt#connected} or {@code failed}. */
  void start();

  /** Dials again, after {@link ConnectAttempt#portless} has taken the dial over. */
  void dial();

  /**
   * Gives up all dials that are not the channel's own. Afterwards nothing is reported any more.
   *
   * @param then runs when the channel is in a state in which it can be closed
   */
  void stop(Runnable then);
}
