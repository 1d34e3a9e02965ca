package dev.holdfast.http.reactor.transparency;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A client and what its callers do, the same for the same seed.
 *
 * @param pausing whether connections are idle for long in it
 */
record Program(long seed, Setting setting, List<Step> steps, boolean pausing) {

  private static final int STEPS = 40;
  private static final int PAUSES = 2;

  static Program of(long seed) {
    Random random = new Random(seed);
    Setting setting = Setting.random(random);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      steps.add(Step.random(i, random, setting));
    }
    return new Program(seed, setting, steps, false);
  }

  /** One whose every second step is proved, where the guard proves. */
  static Program pausing(long seed) {
    Random random = new Random(seed);
    Setting setting = Setting.random(random).withOneConnection();
    List<Step> steps = new ArrayList<>();
    steps.add(Step.afterPause(0, random, setting));
    for (int i = 0; i < PAUSES; i++) {
      steps.add(Step.pause(steps.size()));
      steps.add(Step.afterPause(steps.size(), random, setting));
      steps.add(Step.afterPause(steps.size(), random, setting));
    }
    return new Program(seed, setting, steps, true);
  }

  Program with(List<Step> fewer) {
    return new Program(seed, setting, fewer, pausing);
  }

  @Override
  public String toString() {
    return "seed %d, %s%s%n  %s"
        .formatted(
            seed,
            setting,
            pausing ? ", pausing" : "",
            steps.stream().map(Step::toString).collect(Collectors.joining("\n  ")));
  }
}
