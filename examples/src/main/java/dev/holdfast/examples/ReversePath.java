package dev.holdfast.examples;

import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelCounters;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;

/**
 * Incident D, its second half. Answers come back over another interface than the one their requests
 * left by, and the client's own kernel drops them: no port helps, but this loss has a counter.
 */
final class ReversePath implements Incident {

  private static final String TRUTH = "OWN_REVERSE_PATH_FILTER";

  @Override
  public String name() {
    return "D-reverse-path";
  }

  @Override
  public String story() {
    return "The client checks the reverse path strictly (rp_filter 1) and answers come back over"
        + " another interface: its own kernel drops every SYN-ACK, the router's flow stays in"
        + " SYN_RECV.";
  }

  @Override
  public Promise promise() {
    return new Promise.Explained(TRUTH);
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    stage.startRedis(options -> options);
    network.client().filterReversePath();
    KernelCounters before = network.clientKernel();
    Party bare = stage.bare(Dial.ROUTED);
    bare.visit();
    stage.evidence("conntrack: " + network.conntrackEntries().get(0).line());
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan()));
    guarded.visit();
    stage.await(
        "the guard names it", () -> GuardSwitch.isOff() || guarded.diagnoses().containsKey(TRUTH));
    stage.evidence(
        "client kernel: IPReversePathFilter +%d"
            .formatted(network.clientKernel().since(before, "TcpExt.IPReversePathFilter")));
    stage.evidence("guarded: %s".formatted(guarded.diagnoses()));
  }
}
