package dev.holdfast.lab.kernel;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to end with a network, the last first. Thread-safe. */
final class Belongings {

  /** Anything that ends, once or more often. */
  interface Ending {
    void end();
  }

  private final Deque<Ending> all = new ArrayDeque<>();

  synchronized void add(Ending ending) {
    all.push(ending);
  }

  /**
   * Ends all of them, also after one has failed.
   *
   * @throws IllegalStateException the first failure, with the others
   */
  synchronized void end() {
    IllegalStateException first = null;
    while (!all.isEmpty()) {
      try {
        all.pop().end();
      } catch (IllegalStateException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
