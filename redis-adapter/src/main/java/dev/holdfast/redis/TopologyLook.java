package dev.holdfast.redis;

import dev.holdfast.internal.dial.DiscoveryDial;
import io.netty.bootstrap.Bootstrap;
import java.util.Set;

/**
 * Tells the connections that Lettuce dials to learn where servers are from those that carry calls.
 * Nothing in what the guard is shown differs before they are up, but Lettuce dials them while the
 * method that wants to know is on the stack. Stateless.
 */
final class TopologyLook {

  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final int MOST_FRAMES = 100;

  /** Each asks every node, or every Sentinel, it knows of. */
  private static final Set<String> LOOKERS =
      Set.of(
          "io.lettuce.core.cluster.topology.DefaultClusterTopologyRefresh",
          "io.lettuce.core.masterreplica.MasterReplicaTopologyRefresh",
          "io.lettuce.core.masterreplica.SentinelTopologyRefresh");

  private static final String CLIENT = "io.lettuce.core.RedisClient";

  private TopologyLook() {}

  /** Lettuce is about to dial on this thread. */
  static void dials(Bootstrap bootstrap) {
    if (WALKER.walk(frames -> frames.limit(MOST_FRAMES).anyMatch(TopologyLook::looks))) {
      DiscoveryDial.mark(bootstrap);
    }
  }

  private static boolean looks(StackWalker.StackFrame frame) {
    String of = frame.getClassName();
    return LOOKERS.contains(of)
        // one Sentinel of several, for a look-up of its master or for whoever wants a Sentinel
        || (of.equals(CLIENT) && frame.getMethodName().equals("doConnectSentinelAsync"));
  }
}
