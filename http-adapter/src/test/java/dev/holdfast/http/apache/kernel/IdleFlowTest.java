package dev.holdfast.http.apache.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.apache.AmbiguousHttpOutcomeException;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A pooled connection dies while nobody uses it, and its client is not told. */
@KernelLab
final class IdleFlowTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static void assertMovedUnseen(
      KernelClient client, NginxServer nginx, Cause cause, String scenario) throws IOException {
    long began = System.nanoTime();
    assertThat(client.send("POST", "guarded")).isEqualTo(200);
    System.out.printf(
        "[kernel-lab] %s: POST answered after %d ms, %s%n",
        scenario, (System.nanoTime() - began) / 1_000_000, client.swaps());
    assertThat(nginx.executionsOfAnswered("guarded", KernelClient.SOON)).isEqualTo(1);
    assertThat(client.swaps()).hasSize(1);
    assertThat(client.swaps().get(0).cause()).isEqualTo(cause);
  }

  @Test
  void mustSendAPostPastAForgottenFlowThatAnswersWithAReset(Network network) throws Exception {
    mustSendAPostPastAForgottenFlow(network, true);
  }

  @Test
  void mustSendAPostPastAForgottenFlowThatAnswersNothing(Network network) throws Exception {
    mustSendAPostPastAForgottenFlow(network, false);
  }

  private static void mustSendAPostPastAForgottenFlow(Network network, boolean reset)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder);
    network.loose(false).idleLimit(LIMIT);
    Dial dial = reset ? Dial.ROUTER : Dial.ROUTED;
    try (KernelClient bare = KernelClient.bare(dial, nginx);
        KernelClient guarded = KernelClient.guarded(dial, nginx)) {
      bare.send("GET", "first");
      guarded.send("GET", "first");
      Await.until("forgotten", KernelClient.SOON, network::hasForgottenAll);
      assertThatThrownBy(() -> bare.send("POST", "bare")).isInstanceOf(IOException.class);
      assertMovedUnseen(
          guarded,
          nginx,
          reset ? Cause.PEER_RESET : Cause.PROBES_UNANSWERED,
          "flow forgotten, " + dial);
    }
  }

  /** The server's kernel answers for a connection it is closing, so only the age can tell. */
  @Test
  void mustSendAPostPastAConnectionWhoseFinWasLostIfTheTimeoutIsDeclared(Network network)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.keepAliveTimeout(LIMIT));
    network.dropServerFin();
    try (KernelClient bare = KernelClient.bare(Dial.ROUTED, nginx);
        KernelClient guarded =
            KernelClient.guarded(
                Dial.ROUTED,
                nginx,
                NetworkPath.to(ServerLimits.withIdleTimeout("nginx", LIMIT)).plan())) {
      letFinsBeLost(network, bare, guarded);
      assertThatThrownBy(() -> bare.send("POST", "bare")).isInstanceOf(IOException.class);
      assertMovedUnseen(guarded, nginx, Cause.IDLE_LIMIT, "server closed, FIN lost");
    }
  }

  @Test
  void mustCallAPostAmbiguousIfTheFinWasLostAndNothingDeclared(Network network) throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.keepAliveTimeout(LIMIT));
    network.dropServerFin();
    try (KernelClient bare = KernelClient.bare(Dial.ROUTED, nginx);
        KernelClient guarded = KernelClient.guarded(Dial.ROUTED, nginx)) {
      letFinsBeLost(network, bare, guarded);
      assertThatThrownBy(() -> bare.send("POST", "bare"))
          .isNotInstanceOf(AmbiguousHttpOutcomeException.class);
      assertThatThrownBy(() -> guarded.send("POST", "guarded"))
          .isInstanceOf(AmbiguousHttpOutcomeException.class);
      assertThat(guarded.swaps()).singleElement().matches(s -> s.cause() == Cause.PEER_RESET);
    }
  }

  private static void letFinsBeLost(Network network, KernelClient bare, KernelClient guarded)
      throws Exception {
    bare.send("GET", "first");
    guarded.send("GET", "first");
    Await.until("nginx has closed both", KernelClient.SOON, () -> network.hasLostFinsOf(2));
  }
}
