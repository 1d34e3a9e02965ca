package dev.holdfast.benchmarks.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Every fault once in a random order, then all of them again in another. */
final class Deck {

  private final Deque<SoakFault> left = new ArrayDeque<>();
  private final List<SoakFault> faults;
  private final Random random;

  Deck(List<SoakFault> faults, Random random) {
    this.faults = faults;
    this.random = random;
  }

  SoakFault next() {
    if (left.isEmpty()) {
      List<SoakFault> all = new ArrayList<>(faults);
      Collections.shuffle(all, random);
      left.addAll(all);
    }
    return left.remove();
  }
}
