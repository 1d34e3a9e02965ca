package dev.holdfast.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RetryBudgetTest {

  private long now;
  private final List<RetryBudget.Kind> withheld = new ArrayList<>();
  private final RetryBudget budget = new RetryBudget(() -> now, withheld::add);

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
    assertThat(redials).isEqualTo((int) RetryBudget.CAPACITY / 2);
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
  void mustTrickleHoweverOftenItIsAsked() {
    while (budget.take()) {
      // exhaust it
    }
    int redials = 0;
    for (int tenth = 0; tenth < 100; tenth++) {
      now += Duration.ofMillis(100).toNanos();
      redials += budget.take() ? 1 : 0;
    }
    assertThat(redials).as("in ten seconds").isBetween(4, 5);
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

  @Test
  void mustWithholdNoReplayOfCallsThatAMerelyStalePathLost() {
    for (int wave = 0; wave < 20; wave++) {
      for (int call = 0; call < 10_000; call++) {
        assertThat(budget.allowsReplay()).isTrue();
      }
      for (int call = 0; call < 10_000; call++) {
        budget.replayAnswered();
      }
    }
    assertThat(withheld).isEmpty();
  }

  /** A host that stood still for a moment dials again wherever it was about to be answered. */
  @Test
  void mustWithholdNoReplayForRedialsUnderWay() {
    int underWay = 0;
    while (budget.take()) {
      underWay++;
    }
    withheld.clear();
    assertThat(budget.allowsReplay()).isTrue();
    assertThat(budget.allowsDeclined()).isTrue();
    assertThat(budget.take()).as("they bound one another").isFalse();
    assertThat(withheld).containsExactly(RetryBudget.Kind.REDIAL);

    for (int connect = 0; connect < underWay; connect++) {
      budget.failed(1);
    }
    assertThat(budget.allowsReplay()).as("none of them was answered").isFalse();
  }

  @Test
  void mustStopReplaysOnceTheyAreLostTooAndTellEachOneWithheld() {
    int replays = 0;
    for (int call = 0; call < 1_000; call++) {
      if (budget.allowsReplay()) {
        replays++;
        budget.replayLost();
      }
    }
    assertThat(replays).isEqualTo((int) RetryBudget.CAPACITY / 2);
    assertThat(withheld).hasSize(1_000 - replays).containsOnly(RetryBudget.Kind.REPLAY);
    assertThat(budget.take()).as("one bucket for both").isFalse();
    for (int i = 0; i < 100; i++) {
      budget.succeeded(0);
    }
    assertThat(budget.allowsReplay()).as("connects succeed, which is no answer").isFalse();
    budget.replayAnswered();
    assertThat(budget.allowsReplay()).as("one that trickled through was answered").isTrue();
  }

  @Test
  void mustTrickleHoweverLongItWasExhausted() {
    for (int call = 0; call < 1_000; call++) {
      budget.replayLost();
    }
    now += Duration.ofSeconds(104).toNanos();
    assertThat(budget.allowsReplay()).isTrue();
  }

  @Test
  void mustKeepTheAddressesApartAndForgetTheOldest() {
    RetryBudgets budgets = new RetryBudgets(() -> now);
    while (budgets.of("a").take()) {
      // exhaust it
    }
    assertThat(budgets.of("b").take()).isTrue();
    assertThat(budgets.of("a").take()).isFalse();
    for (int i = 0; i < 2_000; i++) {
      budgets.of(i);
    }
    assertThat(budgets.of("a").take()).isTrue();
  }
}
