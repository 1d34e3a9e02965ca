package dev.holdfast.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A limit is learned from what happens anyway, and only downwards. */
final class IdleLimitLearnerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int POOL = 50;

  private final NetworkPath path =
      NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(10)));
  private final ConnectionPlan plan = path.plan();
  private long now;
  private final IdleLimitLearner learner = new IdleLimitLearner(path, plan.maxIdleAge(), () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void closedEachMinute(int times, Duration age) {
    for (int i = 0; i < times; i++) {
      pass(MINUTE);
      learner.closed(age.plusMillis(100L * i), POOL);
    }
  }

  private void assertConfigured() {
    assertThat(learner.bound()).isEqualTo(new IdleBound(plan.maxIdleAge(), LimitSource.CONFIGURED));
  }

  @Test
  void mustKeepWhatIsConfiguredUntilItKnowsBetter() {
    assertConfigured();
    closedEachMinute(2, MINUTE);
    assertConfigured();
  }

  @Test
  void mustLearnATimeoutFromThreeClosesAlike() {
    closedEachMinute(3, MINUTE);
    assertThat(learner.learned()).contains(MINUTE);
    assertThat(learner.bound())
        .isEqualTo(new IdleBound(Optional.of(Duration.ofSeconds(54)), LimitSource.LEARNED));
  }

  @Test
  void mustTakeTheLowestOfTwoTimeouts() {
    closedEachMinute(3, Duration.ofMinutes(4));
    closedEachMinute(3, MINUTE);
    assertThat(learner.learned()).contains(MINUTE);
  }

  @Test
  void mustNotLearnFromAnAgeSeenOnceBelow() {
    learner.closed(Duration.ofSeconds(5), POOL);
    closedEachMinute(3, MINUTE);
    assertThat(learner.learned()).contains(MINUTE);
  }

  @Test
  void mustNeverExceedWhatIsConfigured() {
    closedEachMinute(5, Duration.ofMinutes(20));
    learner.advertised(Duration.ofHours(1));
    assertConfigured();
  }

  @Test
  void mustTakeARestartForNoTimeout() {
    for (int restart = 0; restart < 5; restart++) {
      pass(MINUTE);
      for (int i = 1; i <= 10; i++) {
        pass(Duration.ofMillis(50));
        learner.closed(Duration.ofSeconds(30L * i), POOL);
      }
    }
    assertThat(learner.learned()).isEmpty();
  }

  /** Two connections of a pool of four, of ages unlike: more than a fifth of it at once. */
  @Test
  void mustTakeTheEndOfAFifthOfThePoolForNoTimeout() {
    for (int restart = 0; restart < 3; restart++) {
      pass(MINUTE);
      learner.closed(MINUTE, 4);
      learner.closed(Duration.ofMinutes(2), 4);
    }
    assertThat(learner.learned()).isEmpty();
  }

  @Test
  void mustNotLearnFromClosesWithinOneMinute() {
    for (int i = 0; i < 3; i++) {
      pass(Duration.ofSeconds(10));
      learner.closed(MINUTE, POOL);
    }
    assertThat(learner.learned()).isEmpty();
  }

  @Test
  void mustLearnFromSilenceHalfAsFastAndOnlyWithAControl() {
    for (int i = 0; i < 20; i++) {
      pass(MINUTE);
      learner.silent(MINUTE, POOL, false);
    }
    assertThat(learner.learned()).isEmpty();
    for (int i = 0; i < 6; i++) {
      assertThat(learner.learned()).isEmpty();
      pass(MINUTE);
      learner.silent(MINUTE, POOL, true);
    }
    assertThat(learner.learned()).contains(MINUTE);
  }

  @Test
  void mustForgetALimitThatTwoConnectionsOutlived() {
    closedEachMinute(3, MINUTE);
    learner.reused(Duration.ofSeconds(90), 1);
    learner.reused(Duration.ofSeconds(95), 1);
    assertThat(learner.learned()).as("one connection may be an exception").isPresent();
    learner.reused(Duration.ofSeconds(59), 2);
    assertThat(learner.learned()).as("younger than the limit").isPresent();
    learner.reused(Duration.ofSeconds(90), 3);
    assertThat(learner.learned()).isEmpty();
    assertConfigured();
  }

  @Test
  void mustRiseBackOnceItsEvidenceIsOld() {
    closedEachMinute(3, MINUTE);
    pass(Duration.ofHours(23));
    assertThat(learner.learned()).isPresent();
    pass(Duration.ofHours(2));
    assertConfigured();
  }

  @Test
  void mustNotLearnFromConnectionsInUse() {
    closedEachMinute(9, Duration.ofMillis(1));
    assertThat(learner.learned()).isEmpty();
  }

  @Test
  void mustLowerByWhatIsAdvertisedAndSaySo() {
    learner.advertised(Duration.ofSeconds(100));
    assertThat(learner.bound())
        .isEqualTo(new IdleBound(Optional.of(Duration.ofSeconds(90)), LimitSource.ADVERTISED));
    closedEachMinute(3, MINUTE);
    assertThat(learner.bound().source()).isEqualTo(LimitSource.LEARNED);
  }

  @Test
  void mustLearnWhereNothingIsConfigured() {
    NetworkPath open = NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"));
    IdleLimitLearner fresh = new IdleLimitLearner(open, Optional.empty(), () -> now);
    assertThat(fresh.bound()).isEqualTo(new IdleBound(Optional.empty(), LimitSource.CONFIGURED));
    for (int i = 0; i < 3; i++) {
      pass(MINUTE);
      fresh.closed(MINUTE, POOL);
    }
    assertThat(fresh.bound().age()).contains(Duration.ofSeconds(54));
  }
}
