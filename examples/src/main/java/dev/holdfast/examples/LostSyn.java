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

  /**
   * So that a few redials in a row do not meet bad ports only: not even the three that a connect
   * has while the round trip is unknown, or on a machine that is late (once in 30,000 times; six
   * once in a thousand million).
   */
  private static final int ONE_PORT_IN = 32;

  private static final int BARE_ERRORS = 2;
  private static final int GUARDED_VISITS = 60;

  /** Visits go on until the fault was met; so many miss it less than once in a thousand million. */
  private static final int MOST_VISITS = 1_000;

  @Override
  public String name() {
    return "C-lost-syn";
  }

  @Override
  public String story() {
    return "SYNs from one source port in "
        + ONE_PORT_IN
        + " are dropped without a word. The kernel repeats them from the same port; the connect"
        + " times out.";
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    stage.startRedis(options -> options);
    Party bare = stage.bare(Dial.ROUTED);
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan()));
    guarded.visit(); // learns the round trip
    network.dropSynPinned(ONE_PORT_IN);
    KernelCounters before = network.clientKernel();
    for (int i = 0; i < MOST_VISITS && bare.failed() < BARE_ERRORS; i++) {
      bare.visit();
    }
    stage.evidence(
        "bare: %d SYNs dropped by the router, client kernel: TCPSynRetrans +%d, OutRsts +%d"
            .formatted(
                network.count(RouterCounter.SYN_DROPPED),
                network.clientKernel().since(before, "TcpExt.TCPSynRetrans"),
                network.clientKernel().since(before, "Tcp.OutRsts")));
    long dropped = dropped(network);
    int visits = 0;
    while (visits < GUARDED_VISITS || (visits < MOST_VISITS && dropped(network) == dropped)) {
      guarded.visit();
      visits++;
    }
    stage.evidence(
        "guarded: %d SYNs dropped in %d connects".formatted(dropped(network) - dropped, visits));
  }

  private static long dropped(Network network) {
    return network.count(RouterCounter.SYN_DROPPED);
  }
}
