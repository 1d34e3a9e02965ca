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
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Incident A. The router keeps established flows long, but these sit in its unacknowledged class,
 * whose limit equals Redis' own timeout. The router forgets; Redis closes; its FIN is invalid and
 * dropped; the client believes in the connection, writes, and is reset. Here the plan knows of none
 * of it; the incident with a plan that does is replayed by the examples.
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

  /** Lets the bare connection go through the whole incident, whatever else is connected. */
  private static void suffer(
      Network network, RedisServer redis, StatefulRedisConnection<String, String> bare)
      throws Exception {
    List<TrackedFlow> flows = network.conntrackEntries();
    flows.forEach(flow -> Figures.print("incident A", "%s", flow.line()));
    assertThat(flows) // and a dial given up where the machine was late
        .filteredOn(flow -> flow.state().equals("ESTABLISHED"))
        .hasSize(2)
        .allMatch(flow -> flow.left().compareTo(BOTH_LIMITS) <= 0);
    Await.until(
        "Redis has closed what was idle, and its FINs are lost",
        KernelBed.SOON,
        () -> clientsOf(redis) == 0 && network.count(RouterCounter.SERVER_FIN_INVALID) >= 2);
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

  @Test
  void mustSurviveUndeclared(Network network) throws Exception {
    RedisServer redis = stage(network);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guarded();
      suffer(network, redis, bed.bare());
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
}
