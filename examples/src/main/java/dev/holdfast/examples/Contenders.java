package dev.holdfast.examples;

import java.util.List;

/** Who takes part. */
final class Contenders {
  private Contenders() {}

  static List<Contender> all() {
    return List.of(new BareContender(), new GuardedContender());
  }
}
