package dev.holdfast.examples;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelCounters;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.StaleTimeWaits;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;

/**
 * Incident E. Two clients share a translated address and its ports. The server still holds
 * TIME_WAIT for one of them when the other's SYN comes from the same port with an older timestamp:
 * it answers with the acknowledgement of the old connection. With RFC 1337 the reset that follows
 * changes nothing, and the connect times out.
 */
final class StaleAck implements Incident {

  /** Two ports in sixteen, so that a few redials in a row do not meet bad ones only. */
  private static final StaleTimeWaits STALE = new StaleTimeWaits(30_000, 1024, 8);

  private static final int BARE_ERRORS = 2;
  private static final int GUARDED_VISITS = 60;

  /**
   * Visits go on until the fault was met. Where the kernel draws each port's timestamp anew, half
   * of the ports in TIME_WAIT, or fewer, are bad ones: one visit in 32 has met one. So many miss
   * the fault once in 300,000 times.
   */
  private static final int MOST_VISITS = 400;

  @Override
  public String name() {
    return "E-stale-ack";
  }

  @Override
  public String story() {
    return "Two clients behind one translated address. The server is in TIME_WAIT with one when the"
        + " other's SYN comes from the same port, and answers it with the old connection's ACK.";
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    RedisServer redis = stage.startRedis(options -> options);
    network.server(0).rfc1337(true);
    String unlucky = STALE.leave(network, redis);
    KernelCounters before = network.serverKernel(0);
    Party bare = stage.bare(Dial.ROUTED, unlucky);
    for (int i = 0; i < MOST_VISITS && bare.failed() < BARE_ERRORS; i++) {
      bare.visit();
    }
    KernelCounters after = network.serverKernel(0);
    stage.evidence(
        "server kernel: PAWSTimewait +%d, TCPACKSkippedTimeWait +%d, %d socket(s) in TIME_WAIT"
            .formatted(
                after.since(before, "TcpExt.PAWSTimewait"),
                after.since(before, "TcpExt.TCPACKSkippedTimeWait"),
                network.server(0).timeWaits()));
    stage.evidence(
        "capture: %d SYNs answered by a bare ACK".formatted(stage.wire().staleAnswers()));
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            unlucky,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan()));
    for (int i = 0; i < MOST_VISITS && (i < GUARDED_VISITS || lost(network, after) == 0); i++) {
      guarded.visit();
    }
    stage.evidence("guarded: %d SYNs of its connects lost so".formatted(lost(network, after)));
    stage.evidence("guarded: %s".formatted(guarded.diagnoses()));
  }

  /** How many SYNs the server has taken for old ones, whether or not it answered each. */
  private static long lost(Network network, KernelCounters since) {
    return network.serverKernel(0).since(since, "TcpExt.PAWSTimewait");
  }
}
