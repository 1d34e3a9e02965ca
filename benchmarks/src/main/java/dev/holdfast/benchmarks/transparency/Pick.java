package dev.holdfast.benchmarks.transparency;

import java.util.List;
import java.util.Random;

/** Choosing at random. */
final class Pick {

  private Pick() {}

  static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  static Step.Api api(Random random) {
    return one(random, List.of(Step.Api.values()));
  }
}
