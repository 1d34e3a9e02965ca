package dev.holdfast.examples;

import dev.holdfast.internal.gate.LocalPorts;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.HostKernel;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PortBudget;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

/**
 * Incident E, its second half. Who opens a connection for each call and closes it first leaves its
 * port in TIME_WAIT: no more than {@code ports / hold} connects a second are possible for long.
 */
final class PortsExhausted implements Incident {

  private static final int FIRST_PORT = 21_000;
  private static final int PORTS = 20;
  private static final int VISITS = 6 * PORTS;

  /** A machine that is slow for a while takes longer for as many visits than a port is taken. */
  private static final int MOST_VISITS = 20 * VISITS;

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
    int bareVisits = 0;
    while (bareVisits < VISITS || (bareVisits < MOST_VISITS && bare.failed() == 0)) {
      bare.visit();
      bareVisits++;
    }
    stage.evidence(
        "bare: %d ports, %d connects, %d found no port; %d sockets in TIME_WAIT"
            .formatted(PORTS, bareVisits, bare.failed(), client.timeWaits()));
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Party guarded =
        stage.guarded(
            Dial.ROUTED,
            LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan())
                .meterRegistry(meters));
    for (int i = 0; i < PORTS; i++) {
      guarded.visit(); // the bare client's ports come back: the first of them are found at once
    }
    long began = System.nanoTime();
    int visits = PORTS;
    while (visits < VISITS
        || (visits < MOST_VISITS && guarded.failed() == 0 && waited(meters) == 0)) {
      guarded.visit();
      visits++;
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    PortBudget budget = LocalPorts.read().orElseThrow().budget(1, false);
    stage.evidence(
        "guarded: %d connects, %d failed; the last %d took %.1f s, %.1f a second; the budget is"
                .formatted(
                    visits, guarded.failed(), visits - PORTS, seconds, (visits - PORTS) / seconds)
            + " %d ports * %d source / %s = %.1f a second"
                .formatted(
                    budget.ports(),
                    budget.sources(),
                    budget.hold().toMillis() + " ms",
                    budget.connectsPerSecond()));
    Timer waits = meters.find(HoldfastMeter.PORT_WAIT.meterName()).timer();
    if (waits != null) {
      stage.evidence(
          "%s: %d waits, mean %.0f ms, longest %.0f ms"
              .formatted(
                  HoldfastMeter.PORT_WAIT.meterName(),
                  waits.count(),
                  waits.mean(TimeUnit.MILLISECONDS),
                  waits.max(TimeUnit.MILLISECONDS)));
    }
  }

  private static long waited(SimpleMeterRegistry meters) {
    Timer waits = meters.find(HoldfastMeter.PORT_WAIT.meterName()).timer();
    return waits == null ? 0 : waits.count();
  }
}
