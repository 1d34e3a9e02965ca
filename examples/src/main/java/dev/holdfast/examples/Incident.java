package dev.holdfast.examples;

/** A failure that happened to somebody, to be replayed on a real kernel. */
interface Incident {

  /** A short name, the same in every report. */
  String name();

  /** What happened, in one or two sentences. */
  String story();

  /** How many servers stand behind the router. */
  default int servers() {
    return 1;
  }

  /** What the guard promises for it. */
  default Promise promise() {
    return new Promise.Survived();
  }

  /**
   * Brings both parties through the incident: proves with the kernel's evidence that it is real,
   * and lets the parties make their calls.
   */
  void play(Stage stage) throws InterruptedException;
}
