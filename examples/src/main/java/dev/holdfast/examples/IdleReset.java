package dev.holdfast.examples;

import dev.holdfast.examples.Moment.Tone;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
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
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Incident A. The router keeps established flows long, but these sit in its unacknowledged class,
 * whose limit equals Redis' own timeout: both give up at the same moment, and the FIN finds no
 * flow.
 */
final class IdleReset implements Incident {

  private static final int CONNECTIONS = 5;
  private static final Duration ESTABLISHED = Duration.ofSeconds(60);

  /** A ping a second is below it on a machine that stands still for two, too. */
  private static final Duration BOTH_LIMITS = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "A-idle-reset";
  }

  @Override
  public String story() {
    return "Redis' timeout equals conntrack's unacknowledged limit. The router forgets the idle"
        + " flow, Redis closes it, the FIN is invalid and dropped; the client, still ESTABLISHED,"
        + " writes and is reset.";
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    RedisServer redis = stage.startRedis(options -> options.idleTimeout(BOTH_LIMITS));
    network.loose(true).idleLimit(ESTABLISHED).unacknowledgedLimit(BOTH_LIMITS);
    Party bare = stage.bare(Dial.ROUTED);
    Party guarded = stage.guarded(Dial.ROUTED, LettuceGuard.custom(declared()));
    List<StatefulRedisConnection<String, String>> bares = connections(bare);
    List<StatefulRedisConnection<String, String>> guardeds = connections(guarded);
    List<TrackedFlow> flows = // a dial that was given up stays in another state for minutes
        network.conntrackEntries().stream()
            .filter(flow -> flow.state().equals("ESTABLISHED"))
            .toList();
    stage.evidence("conntrack: " + flows.get(0).line());
    stage.require(
        flows.stream().allMatch(flow -> flow.left().compareTo(BOTH_LIMITS) <= 0),
        "every flow counts down from the unacknowledged limit");
    // Without its guard the other party is idle as well, and Redis comes to it a moment later.
    int idle = GuardSwitch.isOff() ? 2 * CONNECTIONS : CONNECTIONS;
    stage.await(
        "Redis has closed the idle connections, and their FINs are lost",
        () ->
            clientsOf(redis) <= 2 * CONNECTIONS - idle
                && network.count(RouterCounter.SERVER_FIN_INVALID) >= idle);
    stage.timeline().carried("bare", Tone.BAD, "Redis closed; its FINs are invalid and dropped");
    long resets = network.serverKernel(0).get("Tcp.OutRsts");
    bares.forEach(bare::increment);
    guardeds.forEach(guarded::increment);
    stage.evidence(
        "router: %d FINs of Redis invalid and dropped; server kernel: OutRsts +%d"
            .formatted(
                network.count(RouterCounter.SERVER_FIN_INVALID),
                network.serverKernel(0).get("Tcp.OutRsts") - resets));
    Duration gap = stage.wire().longestGap(guarded.localPorts());
    stage.require(
        GuardSwitch.isOff() || gap.compareTo(BOTH_LIMITS) < 0,
        "the plan's pings stay below the limits");
    stage.evidence(
        "capture: a guarded flow was never without a segment for longer than %d ms, the limits are %d ms"
            .formatted(gap.toMillis(), BOTH_LIMITS.toMillis()));
    stage.evidence(
        "guarded: %d connections opened for %d callers, diagnoses %s"
            .formatted(guarded.connectionsOpened(), CONNECTIONS, guarded.diagnoses()));
  }

  private static List<StatefulRedisConnection<String, String>> connections(Party party) {
    List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      var connection = party.connect();
      party.increment(connection);
      connections.add(connection);
    }
    return connections;
  }

  private static long clientsOf(RedisServer redis) {
    return redis
        .command("CLIENT", "LIST", "TYPE", "normal")
        .lines()
        .filter(line -> line.contains(" addr=10.77."))
        .count();
  }

  /** What the path's owner would declare; its plan pings once a second. */
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
}
