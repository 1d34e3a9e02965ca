package dev.holdfast.path;

import static dev.holdfast.path.Paths.payload;
import static dev.holdfast.path.Paths.quietServer;
import static dev.holdfast.path.Paths.seconds;
import static dev.holdfast.path.Paths.segments;
import static dev.holdfast.path.Paths.through;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One obligation per refusal: what, value, limit, source and fix are said, and the fix works. */
final class PathConflictTest {

  private static final RequestedSettings NONE = RequestedSettings.none();

  @Test
  void mustRefuseKeepaliveThatReachesTheIdleLimit() {
    NetworkPath path = through(HopPreset.AWS_NLB);
    RequestedSettings asked = NONE.keepAliveIdle(seconds(329));

    assertThat(refused(path, asked, ConflictCode.E1).message())
        .isEqualTo(
            "E1 keepAliveIdle: 329 s with 2 lost probes reaches 350.2 s, not below aws-nlb idle"
                + " limit 350 s (aws-nlb: docs.aws update-idle-timeout). Fix: use <= 116 s with"
                + " interval 10 s");
    assertThat(path.plan(NONE.keepAliveIdle(seconds(328))).keepAlive())
        .contains(new KeepAlive(seconds(328), seconds(10), 3));
  }

  @Test
  void mustRefuseKeepaliveThatReachesTheUnacknowledgedLimit() {
    NetworkPath path = through(HopPreset.LINUX_CONNTRACK);

    assertThat(refused(path, NONE.keepAliveIdle(seconds(300)), ConflictCode.E2).message())
        .contains("300 s with 2 lost probes reaches 321.2 s")
        .contains("not below linux-conntrack unacknowledged limit 300 s")
        .contains("use <= 99 s");
  }

  @Test
  void mustRefuseUserTimeoutThatReachesTheUnacknowledgedLimit() {
    NetworkPath path = through(HopPreset.LINUX_CONNTRACK);

    assertThat(refused(path, NONE.userTimeout(seconds(300)), ConflictCode.E3).message())
        .contains("300 s, must be below 298.8 s (unset means about 924 s)")
        .contains("linux-conntrack unacknowledged limit 300 s")
        .contains("use 30 s");
  }

  @Test
  void mustRefuseUnsetUserTimeoutBeforeASilentBox() {
    assertThat(
            refused(through(HopPreset.AWS_NLB), NONE.userTimeout(seconds(0)), ConflictCode.E3)
                .message())
        .contains("unset, must be set before a silent box (unset means about 924 s)");
    assertThat(through(HopPreset.F5_BIGIP).plan(NONE.userTimeout(seconds(0))).userTimeout())
        .isZero();
  }

  @Test
  void mustRefuseKeepaliveAsTheOnlyProbeBeforeAnApplicationLimit() {
    NetworkPath path =
        NetworkPath.to(ServerPreset.AZURE_REDIS.limits()).through(HopPreset.AZURE_LB.hop());
    RequestedSettings asked = NONE.withoutPing().maxIdle(seconds(541));

    assertThat(refused(path, asked, ConflictCode.E4).message())
        .contains("541 s with TCP keepalive and no application ping")
        .contains("TCP keepalive does not reset azure-redis (application idle 600 s)")
        .contains("add an application ping of <= 199 s, and use maxIdle <= 216 s");
  }

  @Test
  void mustRefuseMaxIdleAboveTheSafeAge() {
    assertThat(
            refused(through(HopPreset.AWS_NLB), NONE.maxIdle(seconds(316)), ConflictCode.E5)
                .message())
        .contains("maxIdle: 316 s, exceeds safe age 315 s set by aws-nlb")
        .contains("use maxIdle <= 315 s");
    assertThat(through(HopPreset.AWS_NLB).plan(NONE.maxIdle(seconds(315))).maxIdleAge())
        .contains(seconds(315));
  }

  @Test
  void mustRefusePingPeriodThatReachesTheTimeout() {
    NetworkPath path = NetworkPath.to(ServerPreset.NGINX.limits());

    assertThat(refused(path, NONE.pingPeriod(seconds(72)), ConflictCode.E6).message())
        .contains("pingPeriod: 72 s reaches 75.2 s, not below nginx timeout 75 s")
        .contains("use <= 24 s");
    assertThat(path.plan(NONE.pingPeriod(seconds(71))).pingPeriod()).contains(seconds(71));
  }

  @Test
  void mustRefuseSweepThatMakesThePingLate() {
    NetworkPath path = NetworkPath.to(ServerPreset.NGINX.limits());

    assertThat(refused(path, NONE.checkPeriod(seconds(51)), ConflictCode.E6).message())
        .contains("checkPeriod: 51 s after a ping period of 24 s")
        .contains("together not shorter than nginx timeout 75 s")
        .contains("use <= 50 s");
    assertThat(refused(path, NONE.withoutPing().checkPeriod(seconds(75)), ConflictCode.E6).fix())
        .isEqualTo("use <= 74 s");
    assertThat(path.plan(NONE.checkPeriod(seconds(50))).pingPeriod()).contains(seconds(24));
  }

  @Test
  void mustRefusePathThatLeavesNoSafeAge() {
    NetworkPath path = NetworkPath.to(ServerLimits.withIdleTimeout("hasty", seconds(1)));

    assertThat(refused(path, NONE, ConflictCode.E7).message())
        .contains("idle timeout of hasty: 1 s, not above the margin 1.2 s")
        .contains("connections cannot be reused on this path");
    ConnectionPlan plan = path.plan(NONE.withoutReuse());
    assertThat(plan.reusable()).isFalse();
    assertThat(plan.maxIdleAge()).contains(Duration.ZERO);
    assertThat(plan.zone(0, 0)).isEqualTo(IdleZone.EXPIRED);
  }

  @Test
  void mustRefuseLifetimeThatReachesTheServersMaxAge() {
    NetworkPath path =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("api").withMaxAge(seconds(600)));
    RequestedSettings asked = NONE.commandTimeout(seconds(20));

    assertThat(refused(path, asked.maxLifetime(seconds(579)), ConflictCode.E8).message())
        .contains("maxLifetime: 579 s, not above 578.8 s = max age 600 s - 1.2 s")
        .contains("longest request 20 s")
        .contains("use <= 578.8 s");
    assertThat(path.plan(asked).maxLifetime()).isEqualTo(seconds(578.8));
  }

  @Test
  void mustRefuseServerWhoseMaxAgeLeavesNoLifetime() {
    NetworkPath path = NetworkPath.to(quietServer().withMaxAge(seconds(1)));

    assertThat(refused(path, NONE, ConflictCode.E8).message())
        .contains("max age of redis")
        .contains("no lifetime is left");
  }

  @Test
  void mustRefuseKeepalivePingAndIdleAgeThatOutliveTheConnection() {
    NetworkPath path =
        NetworkPath.to(ServerPreset.AZURE_REDIS.limits()).through(HopPreset.AZURE_LB.hop());
    RequestedSettings asked = NONE.maxLifetime(seconds(60));

    assertThat(refused(path, asked.keepAliveIdle(seconds(60)), ConflictCode.E8).message())
        .contains("keepAliveIdle: 60 s, not below maxLifetime 60 s")
        .contains("use <= 59 s");
    assertThat(refused(path, asked.pingPeriod(seconds(60)), ConflictCode.E8).message())
        .contains("pingPeriod: 60 s, not below maxLifetime 60 s");
    assertThat(refused(path, asked.maxIdle(seconds(61)), ConflictCode.E8).message())
        .contains("maxIdle: 61 s, above maxLifetime 60 s");
  }

  @Test
  void mustRefuseKeepaliveCountedOnBehindATerminatingHop() {
    NetworkPath path =
        through(HopPreset.AWS_NLB)
            .through(payload("haproxy", 900).toBuilder().terminates(true).build())
            .through(segments("inner-nat", 400));
    RequestedSettings asked = NONE.withoutPing().maxIdle(seconds(361));

    assertThat(refused(path, asked, ConflictCode.E9).message())
        .contains("keepalive from here ends at haproxy and does not keep inner-nat (400 s)")
        .contains("add an application ping of <= 132 s");
  }

  @Test
  void mustRefuseChurnAboveThePortBudget() {
    NetworkPath path = NetworkPath.to(quietServer());
    RequestedSettings asked =
        NONE.poolSize(30_000).maxLifetime(seconds(60)).portBudget(PortBudget.LINUX_CLIENT);

    assertThat(refused(path, asked, ConflictCode.E11).message())
        .contains("churn: 500/s, exceeds port budget 470.53/s to redis")
        .contains("use maxLifetime >= 65 s");
    assertThat(refused(path, asked.retryRate(471), ConflictCode.E11).fix())
        .contains("3 source addresses");
  }

  @Test
  void mustRefuseKeepaliveWhereTheSocketTakesNoOptions() {
    NetworkPath path = through(HopPreset.AWS_NLB);
    RequestedSettings asked = NONE.keepAliveIdle(seconds(60)).keepAliveSupported(false);

    assertThat(refused(path, asked, ConflictCode.E12).message())
        .contains("TCP_KEEPIDLE is not available")
        .contains("the operating system's periods would be used silently, 7200 s on Linux");
    RequestedSettings linux = asked.osKeepAlive(new KeepAlive(seconds(7200), seconds(75), 9));
    assertThat(refused(path, linux, ConflictCode.E12).code()).isEqualTo(ConflictCode.E12);
  }

  @Test
  void mustListEveryContradictionAtOnce() {
    NetworkPath path =
        NetworkPath.to(ServerPreset.NGINX.limits())
            .through(HopPreset.LINUX_CONNTRACK.hop())
            .through(HopPreset.AWS_NLB.hop());
    RequestedSettings asked =
        NONE.keepAliveIdle(seconds(7200))
            .keepAliveInterval(seconds(75))
            .userTimeout(seconds(400))
            .withoutPing()
            .checkPeriod(seconds(90))
            .maxIdle(seconds(4000))
            .maxLifetime(seconds(3600))
            .poolSize(1000)
            .retryRate(500);

    assertThat(conflicts(path, asked))
        .extracting(conflict -> conflict.code() + " " + conflict.what())
        .containsExactly(
            "E1 keepAliveIdle",
            "E2 keepAliveIdle",
            "E3 userTimeout",
            "E4 maxIdle",
            "E5 maxIdle",
            "E6 checkPeriod",
            "E8 keepAliveIdle",
            "E8 maxIdle",
            "E8 maxLifetime",
            "E11 churn");
    assertThatExceptionOfType(PathConflictException.class)
        .isThrownBy(() -> path.plan(asked))
        .withMessageStartingWith(
            "10 conflict(s) on the path client -> linux-conntrack -> aws-nlb -> nginx:\n  E1 ");
  }

  private static List<PathConflict> conflicts(NetworkPath path, RequestedSettings asked) {
    PathConflictException refusal =
        catchThrowableOfType(PathConflictException.class, () -> path.plan(asked));
    return refusal == null ? List.of() : refusal.conflicts();
  }

  private static PathConflict refused(
      NetworkPath path, RequestedSettings asked, ConflictCode code) {
    List<PathConflict> found = conflicts(path, asked);
    assertThat(found).extracting(PathConflict::code).contains(code);
    PathConflict conflict =
        found.stream().filter(each -> each.code() == code).findFirst().orElseThrow();
    assertThat(conflicts(path, conflict.applyTo(asked)))
        .as("after the fix: %s", conflict.fix())
        .noneMatch(left -> left.code() == conflict.code() && left.what().equals(conflict.what()));
    return conflict;
  }

  @Test
  void mustKeepItsConflictsWhenItIsSerialized() throws Exception {
    PathConflictException refusal =
        new PathConflictException(
            "here",
            List.of(
                new PathConflict(
                    ConflictCode.E1, "what", "1 s", "above 2 s", "me", "more", all -> all)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(refusal);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      PathConflictException copy = (PathConflictException) in.readObject();
      assertThat(copy).hasMessage(refusal.getMessage());
      assertThat(copy.conflicts())
          .map(PathConflict::message)
          .isEqualTo(refusal.conflicts().stream().map(PathConflict::message).toList());
    }
  }
}
