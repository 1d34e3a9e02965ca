package dev.holdfast.http.proof;

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
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every flow is forgotten with fifty calls in flight, as in a failover to a box with an empty
 * table; new flows pass. Half of the calls are GET, half are POST.
 */
@KernelLab
final class InFlightLossTest {

  private static final int CALLERS = 50;
  private static final Duration ONE_WAY = Duration.ofMillis(10);

  /**
   * Times its retransmissions as CUBIC does, Linux' default, and every kernel allows it. A host may
   * be set to BBR, which knows no {@code TCP_THIN_LINEAR_TIMEOUTS}.
   */
  private static final String CONGESTION_CONTROL = "reno";

  private static final Duration BUSY = Duration.ofMillis(700);
  private static final Duration AFTER = Duration.ofSeconds(2);

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP") // bare it repeats them unseen
  void mustSettleCallsWhoseFlowsAreReset(Client client, Network network) throws Exception {
    flushed("50 in flight, all flows reset", client, Dial.ROUTER, network);
  }

  @ParameterizedTest
  @EnumSource
  void mustSettleCallsWhoseFlowsAreSwallowed(Client client, Network network) throws Exception {
    flushed("50 in flight, all flows swallowed", client, Dial.ROUTED, network);
  }

  private static void flushed(String scenario, Client client, Dial dial, Network network)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    network.loose(false).delay(ONE_WAY);
    network.client().congestionControl(CONGESTION_CONTROL);
    try (Trial trial = new Trial(scenario, client, nginx, Trial.target(dial, nginx, CALLERS))) {
      trial.settleGuardedMixed(flush(trial.guarded(Verb.POST), network));
      trial.settleBareMixed(flush(trial.bare(Verb.POST), network));
      trial.assertBareMetIt();
      trial.assertNoneLost();
    }
  }

  private static List<Settled> flush(Crew crew, Network network) throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    Future<List<Settled>> calls =
        crew.loop(running::get, Trial.SOON.plus(BUSY).plus(AFTER).plus(Trial.PATIENCE));
    crew.awaitLooping(Trial.SOON);
    Await.idle(BUSY);
    network.forgetAll();
    Await.idle(AFTER);
    running.set(false);
    return calls.get();
  }
}
