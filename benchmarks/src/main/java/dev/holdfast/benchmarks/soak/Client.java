package dev.holdfast.benchmarks.soak;

/**
 * One client.
 *
 * @param side bare or guarded
 * @param name for example {@code shared}
 */
record Client(Side side, String name) {

  /** The list its {@link Work#APPEND}s go to. */
  String list() {
    return "list:" + this;
  }

  @Override
  public String toString() {
    return side.label() + ":" + name;
  }
}
