package dev.holdfast.path;

import static dev.holdfast.path.Paths.payload;
import static dev.holdfast.path.Paths.quietServer;
import static dev.holdfast.path.Paths.seconds;
import static dev.holdfast.path.Paths.segments;
import static dev.holdfast.path.Paths.through;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ConnectionPlanTest {

  private static final RequestedSettings NONE = RequestedSettings.none();

  @Test
  void mustGradeIdleAgeIntoThreeZones() {
    ConnectionPlan plan = NetworkPath.to(ServerPreset.AZURE_REDIS.limits()).plan();

    assertThat(zone(plan, 0, 431)).isEqualTo(IdleZone.FRESH);
    assertThat(zone(plan, 0, 432)).isEqualTo(IdleZone.WARN);
    assertThat(zone(plan, 0, 540)).isEqualTo(IdleZone.WARN);
    assertThat(plan.zone(0, seconds(540).toNanos() + 1)).isEqualTo(IdleZone.EXPIRED);
    assertThat(zone(plan, 9999, 0)).as("payload does not age REQUEST").isEqualTo(IdleZone.FRESH);
  }

  @Test
  void mustNotAgeHopsThatKeepaliveHolds() {
    ConnectionPlan held = through(HopPreset.AWS_NLB).plan();
    ConnectionPlan notHeld = through(HopPreset.AWS_NLB).plan(NONE.withoutKeepAlive());

    assertThat(zone(held, 5000, 5000)).isEqualTo(IdleZone.FRESH);
    assertThat(zone(notHeld, 316, 0)).isEqualTo(IdleZone.EXPIRED);
    assertThat(notHeld.pingPeriod()).contains(seconds(116));
  }

  @Test
  void mustNotTrustKeepaliveThatTheKernelDidNotHear() {
    ConnectionPlan plan = through(HopPreset.AWS_NLB).plan();

    assertThat(plan.zone(ages(100, 5000, 5000))).isEqualTo(IdleZone.FRESH);
    assertThat(plan.zone(ages(260, 5000, 5000))).isEqualTo(IdleZone.WARN);
    assertThat(plan.zone(ages(316, 5000, 5000))).isEqualTo(IdleZone.EXPIRED);
  }

  @Test
  void mustAgeByPayloadBehindATerminatingHop() {
    NetworkPath path =
        through(HopPreset.AWS_NLB)
            .through(payload("proxy", 900).toBuilder().terminates(true).build())
            .through(segments("inner", 400));
    ConnectionPlan plan = path.plan();

    assertThat(plan.terminated()).isTrue();
    assertThat(plan.keepAlive().map(KeepAlive::idle)).contains(seconds(116));
    assertThat(plan.pingPeriod()).contains(seconds(132));
    assertThat(zone(plan, 361, 0)).isEqualTo(IdleZone.EXPIRED);
  }

  @Test
  void mustBoundKeepaliveByATerminatingHopButNotCountItAsHeld() {
    Hop proxy = segments("proxy", 120).toBuilder().terminates(true).build();
    ConnectionPlan plan = NetworkPath.to(quietServer()).through(proxy).plan();

    assertThat(plan.keepAlive().map(KeepAlive::idle)).contains(seconds(39));
    assertThat(plan.pingPeriod()).contains(seconds(39));
    assertThat(zone(plan, 109, 0)).isEqualTo(IdleZone.EXPIRED);
  }

  @Test
  void mustEvictInsteadOfProbingBelowTenSeconds() {
    ConnectionPlan at = NetworkPath.to(quietServer()).through(segments("nat", 31.3)).plan();
    ConnectionPlan below = NetworkPath.to(quietServer()).through(segments("nat", 31.2)).plan();

    assertThat(at.keepAlive()).contains(new KeepAlive(seconds(10), seconds(10), 3));
    assertThat(below.keepAlive()).isEmpty();
    assertThat(below.pingPeriod()).isEmpty();
    assertThat(zone(below, 28.1, 0)).isEqualTo(IdleZone.EXPIRED);
    assertThat(below.origin(PlanNumber.PING_PERIOD).arithmetic()).contains("under 10 s");
  }

  @Test
  void mustLimitNothingOnAnEmptyPath() {
    ConnectionPlan plan = NetworkPath.to(quietServer()).plan();

    assertThat(plan.maxIdleAge()).isEmpty();
    assertThat(plan.warnAge()).isEmpty();
    assertThat(plan.keepAlive()).isEmpty();
    assertThat(plan.pingPeriod()).isEmpty();
    assertThat(plan.silentExpiry()).isFalse();
    assertThat(plan.zone(Long.MAX_VALUE - 1, Long.MAX_VALUE - 1)).isEqualTo(IdleZone.FRESH);
  }

  @Test
  void mustExpireByTheRequestedIdleAgeEvenUnderKeepalive() {
    ConnectionPlan plan = through(HopPreset.AWS_NLB).plan(NONE.maxIdle(seconds(100)));

    assertThat(plan.warnAge()).contains(seconds(80));
    assertThat(zone(plan, 100.5, 0)).isEqualTo(IdleZone.EXPIRED);
  }

  @Test
  void mustKeepRequestedKeepaliveAndCompleteTheRest() {
    KeepAlive plan =
        through(HopPreset.AZURE_LB)
            .plan(NONE.keepAliveInterval(seconds(90)))
            .keepAlive()
            .orElseThrow();

    assertThat(plan).isEqualTo(new KeepAlive(seconds(58), seconds(90), 3));
    assertThat(plan.deadPeerTime()).isEqualTo(seconds(58 + 270));
  }

  @Test
  void mustShortenLifetimeAndRequestsOnlyDownwards() {
    ConnectionPlan plan = NetworkPath.to(ServerPreset.NGINX.limits()).plan();

    assertThat(plan.lifetime(0)).isEqualTo(plan.maxLifetime()).isEqualTo(seconds(1800));
    assertThat(plan.lifetime(0.5)).isEqualTo(seconds(1710));
    assertThat(plan.requests(0)).hasValue(999);
    assertThat(plan.requests(0.999)).hasValue(900);
    assertThat(plan.pingPeriod(0.5)).contains(seconds(22.8));
    assertThat(through(HopPreset.AWS_NLB).plan().requests(0.5)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan.lifetime(1))
        .withMessageContaining("u is 1.0");
  }

  @Test
  void mustNotShortenLifetimeBelowThirtySeconds() {
    ConnectionPlan plan = through().plan(NONE.maxLifetime(seconds(31)));
    ConnectionPlan brief = through().plan(NONE.maxLifetime(seconds(20)));

    assertThat(plan.lifetime(0.9)).isEqualTo(seconds(30));
    assertThat(brief.lifetime(0.9)).isEqualTo(seconds(20));
  }

  @Test
  void mustRetireAtLeastAfterOneRequest() {
    ConnectionPlan plan = NetworkPath.to(quietServer().withMaxRequests(1)).plan();

    assertThat(plan.requests(0.5)).hasValue(1);
  }

  @Test
  void mustTakeTheShortestOfMaxAgeCredentialAndRebalance() {
    ServerLimits server =
        quietServer().withMaxAge(seconds(1000)).withCredentialLifetime(seconds(900));

    assertThat(NetworkPath.to(server).plan().maxLifetime()).isEqualTo(seconds(900));
    assertThat(NetworkPath.to(server).plan(NONE.rebalanceTarget(seconds(300))).maxLifetime())
        .isEqualTo(seconds(300));
  }

  @Test
  void mustKeepUserTimeoutAboveTheCommandAndBelowTheBox() {
    assertThat(through().plan(NONE.commandTimeout(seconds(60))).userTimeout())
        .isEqualTo(seconds(60));
    Hop strict = segments("nat", 100).withUnacknowledgedLimit(seconds(20));
    assertThat(through().through(strict).plan().userTimeout()).isEqualTo(seconds(18));
    assertThat(through().through(strict).plan(NONE.commandTimeout(seconds(60))).userTimeout())
        .isEqualTo(seconds(18));
  }

  @Test
  void mustBoundThePingTimeoutByTheRoundTrip() {
    assertThat(through().plan().pingTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(through().rtt(Duration.ofMillis(20)).plan().pingTimeout())
        .isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void mustCountPortsPerSecond() {
    assertThat(PortBudget.LINUX_CLIENT.connectsPerSecond()).isBetween(470.0, 471.0);
    assertThat(PortBudget.LINUX_SNAT.connectsPerSecond()).isBetween(235.0, 236.0);
    assertThat(PortBudget.AWS_NAT_GATEWAY.connectsPerSecond()).isBetween(157.0, 158.0);
    assertThat(new PortBudget(50_000, 1, seconds(120)).connectsPerSecond()).isBetween(416.0, 417.0);
    assertThat(PortBudget.LINUX_CLIENT.withSources(2).stormPerSecond()).isBetween(470.0, 471.0);
  }

  @Test
  void mustExplainEveryNumberAndWhoSetIt() {
    String text =
        NetworkPath.to(ServerPreset.AZURE_REDIS.limits())
            .through(HopPreset.K8S_IPVS.hop())
            .through(HopPreset.AZURE_LB.hop())
            .plan()
            .explain();

    assertThat(text.lines())
        .contains("plan for client -> k8s-ipvs -> azure-lb -> azure-redis")
        .anyMatch(line -> line.matches(" *max idle age +216 s +R2, set by azure-lb: 240 s - .*"))
        .anyMatch(line -> line.matches(" *TCP keepalive +79 s / 10 s / 3 +R3, set by azure-lb.*"))
        .anyMatch(line -> line.matches(" *ping period +199 s +R4, set by azure-redis: .*"))
        .anyMatch(line -> line.matches(" *user timeout +30 s +R5, set by default: .*"))
        .anyMatch(line -> line.matches(" *port budget +470.53/s +R8, .*"))
        .anyMatch(line -> line.matches(" *balanced +yes, another dial may reach another server"))
        .anyMatch(line -> line.matches(" *warnings +none"));
    for (PlanNumber number : PlanNumber.values()) {
      assertThat(text).contains(number.text());
    }
  }

  private static IdleZone zone(ConnectionPlan plan, double sincePayload, double sinceRequest) {
    return plan.zone(seconds(sincePayload).toNanos(), seconds(sinceRequest).toNanos());
  }

  private static IdleAges ages(double anySegment, double payload, double request) {
    return new IdleAges(
        seconds(anySegment).toNanos(), seconds(payload).toNanos(), seconds(request).toNanos());
  }
}
