package dev.holdfast.benchmarks.broken;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Answered is once, not executed is never, anything else at most once; a transaction is whole or
 * not at all, and its answers are its own; nobody waits for ever. Choose other units with {@code
 * -Dbroken.seed=S -Dbroken.units=N}. On a bare client the same units go wrong, or the test would
 * prove nothing.
 */
final class BrokenPathTest {

  /** A bare client may also lose its connections at once, and then nothing can go wrong. */
  private static final int BARE_ATTEMPTS = 5;

  private final long seed = Long.getLong("broken.seed", 1);
  private final long units = Long.getLong("broken.units", 20_000);

  @Test
  void mustTellEveryCallerTheTruth() throws Exception {
    BrokenPath.Reckoning guarded = new BrokenPath(true, seed, units).run();
    System.out.println("guarded, seed " + seed + ": " + guarded);
    assertThat(guarded.findings().total()).as(() -> "seed " + seed + ": " + guarded).isZero();
    assertThat(guarded.answered()).as(guarded::toString).isGreaterThan(guarded.calls() / 4);
  }

  @Test
  void bareLettuceDoesNot() throws Exception {
    int wrong = 0;
    for (long attempt = 0; wrong == 0 && attempt < BARE_ATTEMPTS; attempt++) {
      BrokenPath.Reckoning bare = new BrokenPath(false, seed + attempt, units / 10).run();
      System.out.println("bare, seed " + (seed + attempt) + ": " + bare);
      wrong = bare.findings().total();
    }
    assertThat(wrong).isPositive();
  }
}
