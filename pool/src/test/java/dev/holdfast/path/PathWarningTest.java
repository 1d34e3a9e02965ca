package dev.holdfast.path;

import static dev.holdfast.path.Paths.quietServer;
import static dev.holdfast.path.Paths.seconds;
import static dev.holdfast.path.Paths.through;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PathWarningTest {

  private static final RequestedSettings NONE = RequestedSettings.none();

  @Test
  void mustWarnOfUserTimeoutThatOneLostProbeReaches() {
    assertThat(
            only(
                through(HopPreset.AZURE_LB)
                    .plan(NONE.keepAliveIdle(seconds(60)).userTimeout(seconds(69)))))
        .isEqualTo(
            "E10 userTimeout 69 s is below keepalive idle + interval 70 s: a single lost probe"
                + " kills. Fix: use about 90 s");
    assertThat(
            through(HopPreset.AZURE_LB)
                .plan(NONE.keepAliveIdle(seconds(60)).userTimeout(seconds(90)))
                .warnings())
        .isEmpty();
  }

  @Test
  void mustWarnOfUserTimeoutThatOutlivesTheProbes() {
    assertThat(
            only(
                through(HopPreset.AZURE_LB)
                    .plan(NONE.keepAliveIdle(seconds(10)).userTimeout(seconds(81)))))
        .contains("E10 userTimeout 81 s is above twice the dead-peer time of keepalive 40 s");
  }

  @Test
  void mustWarnOfFewerProbesThanMayBeLost() {
    assertThat(only(through(HopPreset.AZURE_LB).plan(NONE.keepAliveCount(2))))
        .contains("E10 keepAliveCount 2 gives up")
        .contains("use keepAliveCount >= 3");
  }

  @Test
  void mustWarnThatTheOperatingSystemsPeriodsApply() {
    KeepAlive os = new KeepAlive(seconds(60), seconds(10), 6);
    ConnectionPlan plan =
        through(HopPreset.AZURE_LB)
            .plan(NONE.keepAliveIdle(seconds(50)).keepAliveSupported(false).osKeepAlive(os));

    assertThat(plan.keepAlive()).contains(os);
    assertThat(plan.warnings()).extracting(PathWarning::code).contains(WarningCode.E12);
  }

  @Test
  void mustUseTheMinimumWhenTheServerAdvertisesMore() {
    ServerLimits nginx =
        ServerLimits.withIdleTimeout("nginx", seconds(3)).withAdvertisedTimeout(seconds(9));
    ConnectionPlan plan = NetworkPath.to(nginx).plan();

    assertThat(plan.maxIdleAge()).contains(seconds(1.8));
    assertThat(only(plan))
        .isEqualTo(
            "W1 nginx advertises 9 s but closes at 3 s; the smaller is used. Fix: announce what is"
                + " configured");
  }

  @Test
  void mustUseTheMinimumOfAdvertisedAndObserved() {
    ServerLimits server =
        quietServer().withAdvertisedTimeout(seconds(60)).withObservedClose(seconds(30));

    assertThat(NetworkPath.to(server).plan().maxIdleAge()).contains(seconds(27));
    assertThat(only(NetworkPath.to(server).plan())).startsWith("W1 ");
    ServerLimits honest = ServerLimits.withIdleTimeout("s", seconds(60));
    assertThat(NetworkPath.to(honest.withAdvertisedTimeout(seconds(50))).plan().warnings())
        .isEmpty();
    assertThat(NetworkPath.to(honest.withAdvertisedTimeout(seconds(50))).plan().maxIdleAge())
        .contains(seconds(45));
  }

  @Test
  void mustWarnOfTunedLoadBalancerBeforeNitroTargets() {
    Hop tuned = HopPreset.AWS_NLB.hop().withIdleLimit(seconds(600));
    NetworkPath path = NetworkPath.to(quietServer()).through(tuned);

    assertThat(only(path.plan()))
        .startsWith("W2 aws-nlb is tuned to 600 s; Nitro v6 targets forget silently after 350 s");
    assertThat(only(path.through(HopPreset.EC2_NITRO_V6.hop()).plan())).startsWith("W2 ");
    assertThat(path.through(HopPreset.EC2_SECURITY_GROUP.hop()).plan().warnings()).isEmpty();
    assertThat(through(HopPreset.AWS_NLB).plan().warnings()).isEmpty();
  }

  private static String only(ConnectionPlan plan) {
    assertThat(plan.warnings()).hasSize(1);
    return plan.warnings().get(0).message();
  }

  @Test
  void mustWarnOfMillisecondsTakenForSecondsAndTheOtherWayRound() {
    NetworkPath slipped = NetworkPath.to(ServerLimits.withIdleTimeout("redis", seconds(300_000)));
    assertThat(slipped.plan().warnings())
        .extracting(PathWarning::message)
        .containsExactly(
            "UNIT idle timeout of redis is 300000 s, which looks like another unit's number. Fix:"
                + " use 300 s if that is what was meant");
    assertThat(
            NetworkPath.to(ServerLimits.withIdleTimeout("redis", seconds(300)))
                .plan(NONE.commandTimeout(Duration.ofMillis(5)))
                .warnings())
        .extracting(PathWarning::code)
        .containsExactly(WarningCode.UNIT);
  }

  @Test
  void mustWarnOfAHopsLimitToo() {
    Hop slipped = Hop.named("office-firewall").idleLimit(seconds(1_800_000)).build();
    assertThat(NetworkPath.to(quietServer()).through(slipped).plan().warnings())
        .extracting(PathWarning::message)
        .containsExactly(
            "UNIT idle limit of office-firewall is 1800000 s, which looks like another unit's"
                + " number. Fix: use 1800 s if that is what was meant");
    Hop days = Hop.named("netfilter").idleLimit(Duration.ofDays(5)).build();
    assertThat(NetworkPath.to(quietServer()).through(days).plan().warnings()).isEmpty();
  }

  @Test
  void mustWarnOfATimeOutsideOfPaths() {
    assertThat(PathWarning.ofUnit("probeAfter", seconds(1_000)).orElseThrow().message())
        .isEqualTo(
            "UNIT probeAfter is 1000 s, which looks like another unit's number. Fix: use 1 s if that"
                + " is what was meant");
    assertThat(PathWarning.ofUnit("probeAfter", seconds(30))).isEmpty();
  }

  @Test
  void mustNotTakeAnyPresetForAnotherUnit() {
    for (HopPreset preset : HopPreset.values()) {
      assertThat(through(preset).plan().warnings())
          .extracting(PathWarning::code)
          .doesNotContain(WarningCode.UNIT);
    }
    for (ServerPreset preset : ServerPreset.values()) {
      assertThat(NetworkPath.to(preset.limits()).plan(NONE.withoutReuse()).warnings())
          .extracting(PathWarning::code)
          .doesNotContain(WarningCode.UNIT);
    }
  }
}
