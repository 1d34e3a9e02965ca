package dev.holdfast.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which ends are samples of an idle limit, and what a learned one changes. */
final class IdleLimitTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final NetworkPath path = NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"));
  private long now;
  private int learnedTimes;
  private final IdleLimit limit = limit(path.plan());

  private IdleLimit limit(ConnectionPlan plan) {
    return new IdleLimit(
        plan, new LearnerSettings(() -> now, Duration.ofSeconds(10)), () -> learnedTimes++);
  }

  private static DeathSigns closed(Duration idle) {
    return DeathSigns.of(Cause.PEER_CLOSED).inFlight(false).idle(idle).build();
  }

  private static DeathSigns unanswered(Cause cause) {
    return DeathSigns.of(cause).inFlight(true).idle(MINUTE).build();
  }

  private Optional<Runnable> end(IdleLimit which, DeathSigns signs, Duration outlived) {
    now += MINUTE.toNanos();
    IdleWitness witness = which.opened();
    if (!outlived.isZero()) {
      witness.reused(outlived);
    }
    return witness.ended(signs.idle(), signs, Diagnostician.diagnose(signs));
  }

  private void learn(IdleLimit which) {
    for (int i = 0; i < 3; i++) {
      end(which, closed(MINUTE), Duration.ZERO);
    }
  }

  @Test
  void mustPingAndProveBelowALearnedLimit() {
    assertThat(limit.pingPeriod(0)).isEmpty();
    assertThat(limit.isPast(MINUTE.toNanos())).isFalse();
    learn(limit);
    assertThat(limit.bound().source()).isEqualTo(LimitSource.LEARNED);
    // (60 s - 1.2 s) / 3, in whole seconds
    assertThat(limit.pingPeriod(0)).contains(Duration.ofSeconds(19));
    assertThat(limit.pingPeriod(0.5)).contains(Duration.ofMillis(18_050));
    assertThat(limit.isPast(Duration.ofSeconds(54).toNanos())).isTrue();
    assertThat(limit.isPast(Duration.ofSeconds(53).toNanos())).isFalse();
    assertThat(learnedTimes).isEqualTo(1);
  }

  @Test
  void mustLeaveAnEarlierPingOfThePlan() {
    ConnectionPlan plan =
        NetworkPath.to(ServerLimits.withIdleTimeout("redis", MINUTE.minusSeconds(10))).plan();
    IdleLimit planned = limit(plan);
    learn(planned);
    assertThat(planned.pingPeriod(0)).isEqualTo(plan.pingPeriod());
    assertThat(planned.bound().source()).isEqualTo(LimitSource.CONFIGURED);
  }

  @Test
  void mustNotPingWhereTheUserSwitchedPingsOff() {
    IdleLimit silent = limit(path.plan(RequestedSettings.none().withoutPing()));
    learn(silent);
    assertThat(silent.pingPeriod(0)).isEmpty();
    assertThat(silent.isPast(MINUTE.toNanos())).isTrue();
  }

  @Test
  void mustNotPingMoreOftenThanAConnectCosts() {
    for (int i = 0; i < 3; i++) {
      end(limit, closed(Duration.ofSeconds(20)), Duration.ZERO);
    }
    assertThat(limit.learned()).contains(Duration.ofSeconds(20));
    assertThat(limit.pingPeriod(0)).isEmpty();
  }

  /**
   * A ping meets every end at its own period; a connection that passed many of them disproves it.
   */
  @Test
  void mustNotLearnFromAConnectionThatOutlivedTheAge() {
    for (int i = 0; i < 9; i++) {
      end(limit, closed(MINUTE), MINUTE);
    }
    assertThat(limit.learned()).isEmpty();
  }

  @Test
  void mustCountSilenceOnlyOnceANewConnectionWorks() {
    for (int i = 0; i < 9; i++) {
      assertThat(end(limit, unanswered(Cause.PING_UNANSWERED), Duration.ZERO)).isPresent();
    }
    assertThat(limit.learned()).isEmpty();
    for (int i = 0; i < 6; i++) {
      end(limit, unanswered(Cause.PING_UNANSWERED), Duration.ZERO).orElseThrow().run();
    }
    assertThat(limit.learned()).contains(MINUTE);
  }

  /** Keepalive gives up at one age whatever the path does. */
  @Test
  void mustNotLearnFromTheKernelsOwnProbes() {
    assertThat(end(limit, unanswered(Cause.KERNEL_TIMEOUT), Duration.ZERO)).isEmpty();
    assertThat(end(limit, unanswered(Cause.PROBES_UNANSWERED), Duration.ZERO)).isEmpty();
  }

  @Test
  void mustNotLearnFromAResetUnderACall() {
    DeathSigns late =
        DeathSigns.of(Cause.PEER_RESET)
            .inFlight(true)
            .idle(MINUTE)
            .sinceWrite(Duration.ofSeconds(5))
            .retransmissions(1)
            .build();
    for (int i = 0; i < 9; i++) {
      end(limit, late, Duration.ZERO);
    }
    assertThat(limit.learned()).isEmpty();
  }

  @Test
  void mustForgetALimitThatTwoConnectionsOutlived() {
    learn(limit);
    limit.opened().reused(MINUTE.plusSeconds(1));
    assertThat(limit.learned()).isPresent();
    limit.opened().reused(MINUTE.plusSeconds(1));
    assertThat(limit.learned()).isEmpty();
    assertThat(limit.pingPeriod(0)).isEmpty();
  }

  /** A server that goes away takes all there are with it, and says nothing of idle ages. */
  @Test
  void mustCountAConnectionOutOnce() {
    IdleWitness[] all = new IdleWitness[9];
    for (int i = 0; i < all.length; i++) {
      all[i] = limit.opened();
    }
    DeathSigns signs = closed(MINUTE);
    for (IdleWitness one : all) {
      one.closed();
      one.closed();
    }
    for (int i = 0; i < 3; i++) {
      now += MINUTE.toNanos();
      limit.opened().ended(MINUTE, signs, Diagnostician.diagnose(signs));
    }
    assertThat(limit.learned()).contains(MINUTE);
  }

  @Test
  void mustForgetWhatIsOldWhenAConnectionIsOpened() {
    learn(limit);
    now += Duration.ofHours(25).toNanos();
    assertThat(limit.isPast(MINUTE.toNanos())).isTrue();
    limit.opened();
    assertThat(limit.isPast(MINUTE.toNanos())).isFalse();
  }

  @Test
  void mustRiseBackAfterADayWithoutEnds() {
    learn(limit);
    now += Duration.ofHours(25).toNanos();
    assertThat(limit.pingPeriod(0)).isEmpty();
    assertThat(limit.isPast(MINUTE.toNanos())).isFalse();
  }
}
