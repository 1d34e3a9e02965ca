package dev.holdfast.benchmarks.soak;

/** Which clients. */
public enum Side {
  /** Clients alone, set up as their manuals advise. */
  BARE("bare"),
  /** The same clients with a guard. */
  GUARDED("guarded");

  private final String label;

  Side(String label) {
    this.label = label;
  }

  /**
   * The name in reports, keys and thread groups.
   *
   * @return one word
   */
  public String label() {
    return label;
  }
}
