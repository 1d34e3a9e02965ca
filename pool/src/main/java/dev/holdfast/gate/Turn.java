package dev.holdfast.gate;

/** A place in the line of those who wait for their dial. Thread-safe. */
public interface Turn {

  /**
   * Asks again, after the time that {@link Admission.Wait} named.
   *
   * @return the answer now; another wait if the estimate was too short
   */
  Admission again();

  /** Gives the place up. One whose time is over leaves by itself. */
  void leave();
}
