package dev.holdfast.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RedialBudgetTest {

  private long now;
  private final RedialBudget budget = new RedialBudget(() -> now);

  /** One connect of at most six redials; each dial is lost with this probability. */
  private boolean connect(Random random, double lost) {
    int taken = 0;
    while (random.nextDouble() < lost) {
      if (taken == 6 || !budget.take()) {
        return false;
      }
      taken++;
    }
    budget.succeeded(taken);
    return true;
  }

  @Test
  void mustOutlastHalfOfAllDialsLost() {
    Random random = new Random(3);
    int failed = 0;
    for (int i = 0; i < 100_000; i++) {
      failed += connect(random, 0.5) ? 0 : 1;
    }
    assertThat(failed / 100_000.0).isLessThan(0.01); // 1/128 were lost seven times in a row
  }

  @Test
  void mustStopWhereNothingAnswers() {
    int redials = 0;
    for (int i = 0; i < 1_000; i++) {
      for (int dial = 0; dial < 6 && budget.take(); dial++) {
        redials++;
      }
    }
    assertThat(redials).isEqualTo((int) RedialBudget.CAPACITY / 2);
  }

  @Test
  void mustTrickleWhileNothingAnswersAndRecoverWithTime() {
    while (budget.take()) {
      // exhaust it
    }
    now += Duration.ofSeconds(2).toNanos();
    assertThat(budget.take()).isTrue();
    assertThat(budget.take()).isFalse();
    now += Duration.ofHours(1).toNanos();
    assertThat(budget.take()).isTrue();
  }

  @Test
  void mustRecoverWithConnectsThatSucceed() {
    while (budget.take()) {
      // exhaust it
    }
    budget.succeeded(0);
    budget.succeeded(0);
    assertThat(budget.take()).isTrue();
    assertThat(budget.take()).isFalse();
  }
}
