package dev.holdfast.path;

import static dev.holdfast.path.Paths.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Laws over random paths; a failure names the seed of its case. */
final class PathPropertiesTest {

  private static final int CASES = 4000;
  private static final long FIRST_SEED = 20_240_229;

  private interface Law {
    void holds(Random random);
  }

  private static void forAll(Law law) {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      try {
        law.holds(new Random(seed));
      } catch (RuntimeException | AssertionError broken) {
        throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
      }
    }
  }

  @Test
  void mustNeverRaiseALimitByAddingAHop() {
    forAll(
        random -> {
          NetworkPath path = path(random);
          NetworkPath longer = path.through(hop(random));
          if (!conflicts(longer, RequestedSettings.none()).isEmpty()) {
            return;
          }
          ConnectionPlan before = path.plan();
          ConnectionPlan after = longer.plan();
          notRaised(before.maxIdleAge(), after.maxIdleAge());
          notRaised(before.warnAge(), after.warnAge());
          notRaised(
              before.keepAlive().map(KeepAlive::idle),
              after.keepAlive().map(KeepAlive::idle),
              after.origin(PlanNumber.KEEPALIVE));
          notRaised(before.pingPeriod(), after.pingPeriod(), after.origin(PlanNumber.PING_PERIOD));
          assertThat(after.userTimeout()).isLessThanOrEqualTo(before.userTimeout());
          assertThat(after.maxLifetime()).isLessThanOrEqualTo(before.maxLifetime());
          for (int i = 0; i < 20; i++) {
            long payload = (long) (random.nextDouble() * 2e12);
            long request = (long) (random.nextDouble() * 2e12);
            assertThat(after.zone(payload, request))
                .isGreaterThanOrEqualTo(before.zone(payload, request));
          }
        });
  }

  @Test
  void mustAcceptEveryPlanAsSettings() {
    forAll(
        random -> {
          NetworkPath path = path(random);
          RequestedSettings asked =
              random.nextBoolean() ? RequestedSettings.none() : wishes(random);
          if (!conflicts(path, asked).isEmpty()) {
            return;
          }
          ConnectionPlan plan = path.plan(asked);
          ConnectionPlan again = path.plan(plan.toSettings());
          assertThat(again.keepAlive()).isEqualTo(plan.keepAlive());
          assertThat(again.pingPeriod()).isEqualTo(plan.pingPeriod());
          assertThat(again.userTimeout()).isEqualTo(plan.userTimeout());
          assertThat(again.maxLifetime()).isEqualTo(plan.maxLifetime());
        });
  }

  @Test
  void mustKeepEveryPlannedPeriodBelowTheLimitsItServes() {
    forAll(
        random -> {
          NetworkPath path = path(random);
          if (!conflicts(path, RequestedSettings.none()).isEmpty()) {
            return;
          }
          ConnectionPlan plan = path.plan();
          Duration slack = path.rtt().plus(path.schedulingSlop());
          for (Hop hop : path.hops()) {
            assertThat(plan.maxIdleAge().orElseThrow())
                .isLessThanOrEqualTo(hop.idleLimit().minus(slack));
          }
          path.hops().stream()
              .takeWhile(hop -> !hop.terminates())
              .filter(hop -> hop.clock() == IdleClock.ANY_SEGMENT)
              .forEach(
                  hop ->
                      plan.keepAlive()
                          .ifPresent(
                              k ->
                                  assertThat(
                                          k.idle()
                                              .plus(k.interval().multipliedBy(path.lostProbes()))
                                              .plus(slack))
                                      .isLessThan(hop.idleLimit())));
        });
  }

  @Test
  void mustRemoveAConflictByTheFixItNames() {
    Set<ConflictCode> seen = EnumSet.noneOf(ConflictCode.class);
    forAll(
        random -> {
          NetworkPath path = path(random);
          RequestedSettings asked = wishes(random);
          for (PathConflict conflict : conflicts(path, asked)) {
            seen.add(conflict.code());
            assertThat(conflicts(path, conflict.applyTo(asked)))
                .as("%s", conflict.message())
                .noneMatch(
                    left -> left.code() == conflict.code() && left.what().equals(conflict.what()));
          }
        });
    assertThat(seen).isEqualTo(EnumSet.complementOf(EnumSet.of(ConflictCode.E10)));
  }

  private static void notRaised(Optional<Duration> before, Optional<Duration> after) {
    before.ifPresent(limit -> assertThat(after.orElseThrow()).isLessThanOrEqualTo(limit));
  }

  /** A period that is gone counts as lowered when the floor took it away. */
  private static void notRaised(
      Optional<Duration> before, Optional<Duration> after, Origin origin) {
    before.ifPresent(
        period -> {
          if (after.isPresent()) {
            assertThat(after.get()).isLessThanOrEqualTo(period);
          } else {
            assertThat(origin.arithmetic()).contains("under 10 s");
          }
        });
  }

  private static List<PathConflict> conflicts(NetworkPath path, RequestedSettings asked) {
    return new Rules(path, asked).conflicts();
  }

  private static NetworkPath path(Random random) {
    ServerLimits server =
        random.nextBoolean()
            ? ServerLimits.withoutIdleTimeout("server")
            : ServerLimits.withIdleTimeout("server", time(random))
                .withIdleClock(pick(random, IdleClock.values()));
    if (random.nextInt(3) == 0) {
      server = server.withMaxAge(time(random));
    }
    if (random.nextInt(4) == 0) {
      server = server.withCredentialLifetime(time(random));
    }
    if (random.nextInt(4) == 0) {
      server = server.withAdvertisedTimeout(time(random));
    }
    NetworkPath path =
        NetworkPath.to(server)
            .rtt(seconds(0.001 + random.nextDouble()))
            .schedulingSlop(seconds(0.001 + 2 * random.nextDouble()))
            .lostProbes(random.nextInt(4));
    int hops = random.nextInt(4);
    for (int i = 0; i < hops; i++) {
      path = path.through(hop(random));
    }
    return path;
  }

  private static Hop hop(Random random) {
    if (random.nextInt(3) == 0) {
      return pick(random, HopPreset.values()).hop();
    }
    Hop.Builder hop =
        Hop.named("hop-" + random.nextInt(100))
            .idleLimit(time(random))
            .clock(pick(random, IdleClock.values()))
            .expiry(pick(random, Expiry.values()))
            .terminates(random.nextInt(4) == 0);
    if (random.nextInt(3) == 0) {
      hop.unacknowledgedLimit(time(random));
    }
    return hop.build();
  }

  private static RequestedSettings wishes(Random random) {
    RequestedSettings asked = RequestedSettings.none();
    for (int i = random.nextInt(7); i > 0; i--) {
      asked = wish(asked, random);
    }
    return asked;
  }

  private static RequestedSettings wish(RequestedSettings asked, Random random) {
    Duration time = time(random);
    Duration whole = Duration.ofSeconds(1 + time.toSeconds());
    return switch (random.nextInt(17)) {
      case 0 -> asked.keepAliveIdle(whole);
      case 1 -> asked.keepAliveInterval(whole);
      case 2 -> asked.keepAliveCount(1 + random.nextInt(9));
      case 3 -> asked.withoutKeepAlive();
      case 4 -> asked.userTimeout(random.nextInt(3) == 0 ? Duration.ZERO : time);
      case 5 -> asked.maxIdle(time);
      case 6 -> asked.maxLifetime(time);
      case 7 -> asked.rebalanceTarget(time);
      case 8 -> asked.pingPeriod(time);
      case 9 -> asked.withoutPing();
      case 10 -> asked.checkPeriod(time);
      case 11 -> asked.commandTimeout(time);
      case 12 -> asked.poolSize(1 + random.nextInt(100_000));
      case 13 -> asked.retryRate(random.nextDouble() * 600);
      case 14 -> asked.keepAliveSupported(false);
      case 15 -> asked.osKeepAlive(new KeepAlive(whole, seconds(10), 5));
      default -> random.nextInt(4) == 0 ? asked.withoutReuse() : asked;
    };
  }

  /** From 0.3 s to about 10000 s, evenly over the orders of magnitude. */
  private static Duration time(Random random) {
    return seconds(Math.pow(10, -0.5 + 4.5 * random.nextDouble()));
  }

  private static <T> T pick(Random random, T[] from) {
    return from[random.nextInt(from.length)];
  }
}
