package dev.holdfast.http.proof;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections nobody uses die, and their client is not told. The plan declares nothing of it. */
@KernelLab
final class IdlePathLossTest {

  private static final int CALLERS = 16;
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration ONE_WAY = Duration.ofMillis(1);

  private static void forgotten(String scenario, Client client, Dial dial, Network network)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    network.loose(false).idleLimit(LIMIT).delay(ONE_WAY);
    try (Trial trial = new Trial(scenario, client, nginx, Trial.target(dial, nginx, CALLERS))) {
      trial.warm();
      Await.until("forgotten", Trial.SOON, network::hasForgottenAll);
      trial.burst();
      trial.assertBareMetIt();
      trial.assertNoneLost();
      trial.assertNoneUnclear();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP")
  void mustAnswerOnceWhereForgottenFlowsAreReset(Client client, Network network) throws Exception {
    forgotten("flow forgotten, reset", client, Dial.ROUTER, network);
  }

  @ParameterizedTest
  @EnumSource
  void mustAnswerOnceWhereForgottenFlowsAreSwallowed(Client client, Network network)
      throws Exception {
    forgotten("flow forgotten, silence", client, Dial.ROUTED, network);
  }

  /**
   * Here no proof helps a POST: the server's kernel answers probes for a connection its program has
   * closed, until data come. What was sent then is unclear, unless the plan knows the limit.
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP")
  void mustSettleByTypeWhereTheServerClosedUnheard(Client client, Network network)
      throws Exception {
    try (Trial trial = unheard("FIN lost, limit unknown", client, network, false)) {
      trial.assertBareMetIt();
      trial.assertNoneLost();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP")
  void mustAnswerOnceWhereThePlanKnowsWhenTheServerCloses(Client client, Network network)
      throws Exception {
    try (Trial trial = unheard("FIN lost, limit declared", client, network, true)) {
      trial.assertBareMetIt();
      trial.assertNoneLost();
      trial.assertNoneUnclear();
    }
  }

  private static Trial unheard(String scenario, Client client, Network network, boolean declared)
      throws Exception {
    network.delay(ONE_WAY);
    network.dropServerFin();
    Trial trial = Trial.closing(scenario, client, network, LIMIT, declared, CALLERS);
    trial.warm();
    Await.until(
        "nginx has closed all connections",
        Trial.SOON,
        () -> network.serverKernel(0).get("Tcp.CurrEstab") == 0);
    trial.burst();
    return trial;
  }
}
