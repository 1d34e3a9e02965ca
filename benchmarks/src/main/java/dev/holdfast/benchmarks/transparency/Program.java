package dev.holdfast.benchmarks.transparency;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A random use of Lettuce.
 *
 * @param seed it was made from
 */
record Program(long seed, Setting setting, List<Step> steps) {

  Program with(List<Step> others) {
    return new Program(seed, setting, List.copyOf(others));
  }

  @Override
  public String toString() {
    return "program %d, %s%n%s"
        .formatted(
            seed,
            setting,
            steps.stream().map(step -> "  " + step).collect(Collectors.joining("\n")));
  }
}
