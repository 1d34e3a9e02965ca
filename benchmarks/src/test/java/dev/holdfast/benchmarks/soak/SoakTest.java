package dev.holdfast.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.kernel.KernelLab;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two minutes of random faults, the same ones in every build; {@code -Dsoak.seed=S} chooses others.
 * Held are the promises that no load of the machine may break; how many calls fail, and how long
 * they take, is {@code benchmarks/run soak}'s to show.
 */
@KernelLab
final class SoakTest {

  private static final Duration LENGTH = Duration.ofMinutes(2);
  private static final String SEED = "soak.seed";

  /** What a guarded client must never do, whatever fails. */
  private static final List<String> NEVER =
      List.of("doubled", "torn", "out-of-order", "swapped", "lost", "falsely-denied");

  @Test
  @Timeout(420)
  void mustKeepItsPromisesUnderRandomFaults() throws Exception {
    long seed = Long.getLong(SEED, 77);
    System.out.printf("[soak] again with -D%s=%d%n", SEED, seed);
    SoakResult result = new SoakRun(seed, LENGTH, System.out).run();
    result.faults().forEach(System.out::println);
    Map<String, Double> guarded = result.figures(Side.GUARDED);
    assertThat(guarded.get("calls")).isPositive();
    for (String figure : NEVER) {
      assertThat(guarded.get(figure))
          .as("%s, seed %d: %s", figure, seed, result.details())
          .isZero();
    }
    assertThat(result.unexplained()).as("seed %d: %s", seed, result.details()).isZero();
  }
}
