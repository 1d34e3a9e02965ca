package dev.holdfast.path;

import static dev.holdfast.path.Paths.quietServer;
import static dev.holdfast.path.Paths.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PathValuesTest {

  private static final RequestedSettings NONE = RequestedSettings.none();

  @Test
  void mustRefuseHopWithoutIdleLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Hop.named("fw").build())
        .withMessage(
            "idle limit of fw is missing; it must be above zero (a hop is a box that forgets). Fix:"
                + " set idleLimit, or leave out a box that never forgets; unknown:"
                + " GENERIC_UNKNOWN");
  }

  static Stream<ThrowingCallable> illegalValues() {
    Duration none = Duration.ZERO;
    Duration negative = seconds(-1);
    return Stream.of(
        () -> Hop.named(" "),
        () -> Hop.named("fw").idleLimit(none),
        () -> Hop.named("fw").unacknowledgedLimit(negative),
        () -> Hop.named("fw").idleLimit(Duration.ofDays(3651)),
        () -> Hop.named("fw").idleLimit(Duration.ofDays(365 * 300)), // beyond nanoseconds
        () -> quietServer().withMaxAge(Duration.ofSeconds(Long.MAX_VALUE)),
        () -> ServerLimits.withIdleTimeout("s", none),
        () -> ServerLimits.withoutIdleTimeout(""),
        () -> quietServer().withMaxAge(negative),
        () -> quietServer().withMaxRequests(0),
        () -> NetworkPath.to(quietServer()).rtt(none),
        () -> NetworkPath.to(quietServer()).schedulingSlop(negative),
        () -> NetworkPath.to(quietServer()).lostProbes(-1),
        () -> NetworkPath.to(quietServer()).lostProbes(21),
        () -> NONE.keepAliveIdle(seconds(1.5)),
        () -> NONE.keepAliveInterval(none),
        () -> NONE.keepAliveIdle(seconds(32768)),
        () -> NONE.keepAliveCount(0),
        () -> NONE.keepAliveCount(128),
        () -> NONE.userTimeout(negative),
        () -> NONE.maxIdle(none),
        () -> NONE.poolSize(0),
        () -> NONE.retryRate(Double.NaN),
        () -> NONE.retryRate(-1),
        () -> new PortBudget(0, 1, seconds(60)),
        () -> new IdleAges(0, -1, 0));
  }

  @ParameterizedTest
  @MethodSource("illegalValues")
  void mustRefuseIllegalValueWithLimitAndFix(ThrowingCallable illegal) {
    assertThatIllegalArgumentException()
        .isThrownBy(illegal)
        .withMessageMatching("(?s).+ (is|are) .*; it must be .+ \\(.+\\)\\. Fix: .+");
  }

  @ParameterizedTest
  @EnumSource(HopPreset.class)
  void mustFindEveryHopPresetByName(HopPreset preset) {
    assertThat(HopPreset.named(preset.id())).isSameAs(preset);
    assertThat(HopPreset.named(preset.name())).isSameAs(preset);
    assertThat(preset.hop().name()).isEqualTo(preset.id());
    assertThat(preset.hop().source()).isNotBlank();
  }

  @ParameterizedTest
  @EnumSource(ServerPreset.class)
  void mustFindEveryServerPresetByName(ServerPreset preset) {
    assertThat(ServerPreset.named(preset.id())).isSameAs(preset);
    assertThat(preset.limits().name()).isEqualTo(preset.id());
    assertThat(preset.limits().source()).isNotBlank();
  }

  @Test
  void mustNameTheNearestAndAllKnownPresets() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HopPreset.named("aws-nbl"))
        .withMessageContaining("hop preset is 'aws-nbl'")
        .withMessageContaining("one of aliyun-clb, aliyun-nlb, aws-alb,")
        .withMessageMatching(".*nearest are aws-(alb|nlb), aws-(alb|nlb), .*");
  }

  @Test
  void mustOverrideATunableLimitAndKeepTheRest() {
    Hop tuned = HopPreset.LINUX_CONNTRACK.hop().withIdleLimit(seconds(7200));

    assertThat(tuned.idleLimit()).isEqualTo(seconds(7200));
    assertThat(tuned.unacknowledgedLimit()).contains(seconds(300));
    assertThat(tuned.clock()).isEqualTo(IdleClock.ANY_SEGMENT);
    assertThat(HopPreset.AZURE_LB.hop().withExpiry(Expiry.RST).expiry()).isEqualTo(Expiry.RST);
    assertThat(HopPreset.LINUX_CONNTRACK.hop().idleLimit()).isEqualTo(seconds(432000));
  }

  @Test
  void mustTakeTheSafeReadingForWhatAHopDoesNotSay() {
    Hop hop = Hop.named("box").idleLimit(seconds(60)).build();

    assertThat(hop.clock()).isEqualTo(IdleClock.PAYLOAD);
    assertThat(hop.expiry()).isEqualTo(Expiry.SILENT);
    assertThat(ServerLimits.withIdleTimeout("s", seconds(1)).idleClock())
        .isEqualTo(IdleClock.REQUEST);
  }

  @Test
  void mustKnowWhetherAnotherConnectMayReachAnotherServer() {
    NetworkPath path = NetworkPath.to(Paths.quietServer());
    assertThat(path.balanced()).isFalse();
    assertThat(path.through(HopPreset.AWS_NAT_GATEWAY.hop()).balanced()).isFalse();
    assertThat(path.through(HopPreset.AWS_NLB.hop()).balanced()).isTrue();
    assertThat(path.through(HopPreset.ENVOY_TCP.hop().withBalancer()).balanced()).isTrue();
    assertThat(HopPreset.AWS_NLB.hop().withIdleLimit(Duration.ofSeconds(60)).balances()).isTrue();
  }
}
