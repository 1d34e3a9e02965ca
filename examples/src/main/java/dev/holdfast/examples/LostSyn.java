package dev.holdfast.examples;

import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelCounters;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.RouterCounter;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;

/**
 * Incident C. The far side drops the SYNs of some source ports, as a server did that remembered the
 * timestamps of other clients behind the same address. The kernel repeats the SYN from the same
 * port, in vain.
 */
final class LostSyn implements Incident {

  /** So that a few redials in a row do not meet bad ports only. */
  private static final int ONE_PORT_IN = 8;

  private static final int BARE_ERRORS = 2;
  private static final int MOST_VISITS = 200;
  private static final int GUARDED_VISITS = 60;

  @Override
  public String name() {
    return "C-lost-syn";
  }

  @Override
  public String story() {
    return "SYNs from one source port in eight are dropped without a word. The kernel repeats them"
        + " from the same port; the connect times out.";
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    stage.startRedis(options -> options);
    network.dropSynPinned(ONE_PORT_IN);
    KernelCounters before = network.clientKernel();
    Party bare = stage.bare(Dial.ROUTED);
    for (int i = 0; i < MOST_VISITS && bare.failed() < BARE_ERRORS; i++) {
      bare.visit();
    }
    stage.evidence(
        "bare: %d SYNs dropped by the router, client kernel: TCPSynRetrans +%d, OutRsts +%d"
            .formatted(
                network.count(RouterCounter.SYN_DROPPED),
                network.clientKernel().since(before, "TcpExt.TCPSynRetrans"),
                network.clientKernel().since(before, "Tcp.OutRsts")));
    long dropped = network.count(RouterCounter.SYN_DROPPED);
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan()));
    for (int i = 0; i < GUARDED_VISITS; i++) {
      guarded.visit();
    }
    stage.evidence(
        "guarded: %d SYNs dropped in %d connects"
            .formatted(network.count(RouterCounter.SYN_DROPPED) - dropped, GUARDED_VISITS));
  }
}
