package dev.holdfast.redis.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.lab.kernel.TrackedFlow;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Incident A. The router keeps established flows long, but these sit in its unacknowledged class,
 * whose limit equals Redis' own timeout. The router forgets; Redis closes; its FIN is invalid and
 * dropped; the client believes in the connection, writes, and is reset.
 */
@KernelLab
final class IncidentIdleResetTest {

  private static final Duration ESTABLISHED = Duration.ofSeconds(60);
  private static final Duration BOTH_LIMITS = Duration.ofSeconds(3);

  private static RedisServer stage(Network network) {
    RedisServer redis = network.redis(builder -> builder.idleTimeout(BOTH_LIMITS));
    network.loose(true).idleLimit(ESTABLISHED).unacknowledgedLimit(BOTH_LIMITS);
    return redis;
  }

  /** What the path owner would declare; its plan pings once a second. */
  private static ConnectionPlan declared() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", BOTH_LIMITS))
        .through(
            Hop.named("router")
                .idleLimit(ESTABLISHED)
                .unacknowledgedLimit(BOTH_LIMITS)
                .clock(IdleClock.ANY_SEGMENT)
                .expiry(Expiry.SILENT)
                .build())
        .rtt(Duration.ofMillis(50))
        .schedulingSlop(Duration.ofMillis(200))
        .lostProbes(1)
        .plan(RequestedSettings.none().pingPeriod(Duration.ofSeconds(1)));
  }

  /** Lets the bare connection go through the whole incident, whatever else is connected. */
  private static void suffer(
      Network network, RedisServer redis, StatefulRedisConnection<String, String> bare, int closes)
      throws Exception {
    List<TrackedFlow> flows = network.conntrackEntries();
    flows.forEach(flow -> Figures.print("incident A", "%s", flow.line()));
    assertThat(flows)
        .hasSize(2)
        .allMatch(flow -> flow.state().equals("ESTABLISHED"))
        .allMatch(flow -> flow.left().compareTo(BOTH_LIMITS) <= 0);
    Await.until(
        "Redis has closed what was idle, and its FINs are lost",
        KernelBed.SOON,
        () ->
            clientsOf(redis) == 2 - closes
                && network.count(RouterCounter.SERVER_FIN_INVALID) >= closes);
    long resets = network.serverKernel(0).get("Tcp.OutRsts");
    assertThatThrownBy(() -> bare.async().incr("bare").get(3, TimeUnit.SECONDS))
        .hasMessageContaining("reset");
    Figures.print(
        "incident A",
        "%d FINs invalid and dropped, bare INCR reset, server OutRsts +%d",
        network.count(RouterCounter.SERVER_FIN_INVALID),
        network.serverKernel(0).get("Tcp.OutRsts") - resets);
  }

  private static long clientsOf(RedisServer redis) {
    return redis
        .command("CLIENT", "LIST", "TYPE", "normal")
        .lines()
        .filter(line -> line.contains(" addr=10.77."))
        .count();
  }

  /** The plan knows of none of it. */
  @Test
  void mustSurviveUndeclared(Network network) throws Exception {
    RedisServer redis = stage(network);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guarded();
      suffer(network, redis, bed.bare(), 2);
      assertThat(guarded.async().incr("guarded").get(10, TimeUnit.SECONDS)).isEqualTo(1);
      Figures.print("incident A", "guarded INCR answered, %s", bed.swaps());
      assertThat(redis.counter("guarded")).isEqualTo(1);
      assertThat(bed.swaps()).hasSize(1);
      assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.PEER_RESET);
      assertThat(bed.swaps().get(0).moved()).isEqualTo(1);
      assertThat(bed.diagnosis().explanations())
          .as("alone it cannot know whether others lost their flows too")
          .contains(Explanation.FIN_LOST, Explanation.FLOW_FORGOTTEN_RESET)
          .as("a reset that this process reads late may also have met the probe on its way")
          .isSubsetOf(
              Explanation.FIN_LOST,
              Explanation.FLOW_FORGOTTEN_RESET,
              Explanation.RESET_DURING_CALL);
    }
  }

  /** The plan's pings keep both clocks young: nothing happens at all. */
  @Test
  void mustPreventDeclared(Network network) throws Exception {
    RedisServer redis = stage(network);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guarded(declared());
      suffer(network, redis, bed.bare(), 1);
      assertThat(guarded.async().incr("guarded").get(10, TimeUnit.SECONDS)).isEqualTo(1);
      Figures.print(
          "incident A, declared",
          "%d swaps, %.0f pings answered",
          bed.swaps().size(),
          bed.probes("answered"));
      assertThat(redis.counter("guarded")).isEqualTo(1);
      assertThat(bed.swaps()).isEmpty();
      assertThat(clientsOf(redis)).as("the guarded one, and the bare one anew").isBetween(1L, 2L);
    }
  }
}
