package dev.holdfast.examples;

import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.HostKernel;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;

/**
 * Incident E, its second half. Who opens a connection for each call and closes it first leaves its
 * port in TIME_WAIT: no more than {@code ports / hold} connects a second are possible for long.
 */
final class PortsExhausted implements Incident {

  private static final int FIRST_PORT = 21_000;
  private static final int PORTS = 20;
  private static final int VISITS = 3 * PORTS;

  @Override
  public String name() {
    return "E-ports-exhausted";
  }

  @Override
  public String story() {
    return "A connection for each call, closed by the client, and "
        + PORTS
        + " source ports that each stay in TIME_WAIT for a second: the next connect finds none"
        + " (EADDRNOTAVAIL).";
  }

  @Override
  public void play(Stage stage) {
    stage.startRedis(options -> options);
    HostKernel client = stage.network().client();
    client.portRange(FIRST_PORT, FIRST_PORT + PORTS - 1).reuseTimeWait(true);
    Party bare = stage.bare(Dial.ROUTED);
    for (int i = 0; i < VISITS; i++) {
      bare.visit();
    }
    stage.evidence(
        "bare: %d ports, %d connects, %d found no port; %d sockets in TIME_WAIT"
            .formatted(PORTS, VISITS, bare.failed(), client.timeWaits()));
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan()));
    long began = System.nanoTime();
    for (int i = 0; i < VISITS; i++) {
      guarded.visit();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    stage.evidence(
        "guarded: %d connects in %.1f s, %.1f a second; the budget is %d ports / 1 s = %d a second"
            .formatted(VISITS, seconds, VISITS / seconds, PORTS, PORTS));
  }
}
