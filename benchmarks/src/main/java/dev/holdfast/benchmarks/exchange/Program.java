package dev.holdfast.benchmarks.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Calls of one client, one after another.
 *
 * @param seed it was made from
 * @param idle whether there is a pause before every call
 */
record Program(long seed, boolean idle, Setting setting, List<Step> steps) {

  private static final int LENGTH = 50;
  private static final int PAUSES = 2;

  /** Calls without pauses. */
  static Program of(long seed) {
    Random random = random(seed);
    Setting setting = Setting.random(random);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < LENGTH; i++) {
      steps.add(Step.random(i, random, setting));
    }
    return new Program(seed, false, setting, List.copyOf(steps));
  }

  /** Calls on a connection that was idle before each. */
  static Program idle(long seed) {
    Random random = random(seed);
    Setting setting = Setting.random(random).withOneConnection();
    String origin = random.nextBoolean() ? "A" : "S";
    List<Step> steps = new ArrayList<>();
    steps.add(Step.afterPause(0, random, origin));
    for (int i = 1; i < 2 * PAUSES; i += 2) {
      steps.add(Step.pause(i));
      steps.add(Step.afterPause(i + 1, random, origin));
    }
    return new Program(seed, true, setting, List.copyOf(steps));
  }

  private static Random random(long seed) {
    return new Random(seed * 0x9E3779B97F4A7C15L);
  }

  Program with(List<Step> fewer) {
    return new Program(seed, idle, setting, List.copyOf(fewer));
  }

  @Override
  public String toString() {
    return "seed %d, %s%n    %s"
        .formatted(
            seed,
            setting,
            steps.stream().map(Step::toString).collect(Collectors.joining("\n    ")));
  }
}
