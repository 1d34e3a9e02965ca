package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing passes in one direction for a while, with sixteen calls in flight, and TCP mends it
 * within the callers' timeouts.
 */
@KernelLab
final class DarkPathTest {

  private static final int CALLERS = 16;
  private static final Duration BUSY = Duration.ofMillis(700);
  private static final Duration AFTER = Duration.ofSeconds(2);

  @ParameterizedTest
  @CsvSource({"HC5,true,1", "HC5,false,2", "REACTOR,true,2", "REACTOR,false,1"})
  void mustLoseNoCall(Client client, boolean clientMuted, int seconds, Network network)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    Duration outage = Duration.ofSeconds(seconds);
    String scenario = "%s not heard for %d s".formatted(clientMuted ? "client" : "server", seconds);
    try (Trial trial =
        new Trial(scenario, client, nginx, Trial.target(Dial.ROUTED, nginx, CALLERS))) {
      trial.settleBareMixed(darken(trial.bare(Verb.POST), network, clientMuted, outage));
      network.heal();
      trial.settleGuardedMixed(darken(trial.guarded(Verb.POST), network, clientMuted, outage));
      trial.assertNoneLost();
      trial.assertNoneUnclear();
      assertThat(trial.guarded(Verb.POST).diagnosed(Explanation.PATH_DARK)).isPositive();
    }
  }

  private static List<Settled> darken(
      Crew crew, Network network, boolean clientMuted, Duration outage) throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    Future<List<Settled>> calls =
        crew.loop(
            running::get, Trial.SOON.plus(BUSY).plus(outage).plus(AFTER).plus(Trial.PATIENCE));
    crew.awaitLooping(Trial.SOON);
    Await.idle(BUSY);
    if (clientMuted) {
      network.muteClientFor(outage);
    } else {
      network.muteServersFor(outage);
    }
    Await.idle(outage.plus(AFTER));
    running.set(false);
    return calls.get();
  }
}
