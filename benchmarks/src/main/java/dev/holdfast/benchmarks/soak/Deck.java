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
  private final Random random;

  Deck(Random random) {
    this.random = random;
  }

  SoakFault next() {
    if (left.isEmpty()) {
      List<SoakFault> all = new ArrayList<>(SoakFault.drawn());
      Collections.shuffle(all, random);
      left.addAll(all);
    }
    return left.remove();
  }
}
