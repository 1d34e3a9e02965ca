package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.examples.AsyncLibrary.Calls;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is built on HttpClient's asynchronous API, behind a router that forgets idle flows, which
 * nobody has declared: it answers the next segment with a reset, or with nothing.
 */
@KernelLab
final class AsyncClientsIdleFlowTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static ConnectionPlan unsuspecting() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("nginx", Duration.ofMinutes(5))).plan();
  }

  @ParameterizedTest
  @EnumSource
  void mustSendAPostPastAForgottenFlowThatAnswersWithAReset(AsyncLibrary library, Network network)
      throws IOException {
    mustSendAPostPastAForgottenFlow(library, network, Dial.ROUTER, Cause.PEER_RESET);
  }

  @ParameterizedTest
  @EnumSource
  void mustSendAPostPastAForgottenFlowThatAnswersNothing(AsyncLibrary library, Network network)
      throws IOException {
    mustSendAPostPastAForgottenFlow(library, network, Dial.ROUTED, Cause.PROBES_UNANSWERED);
  }

  private static void mustSendAPostPastAForgottenFlow(
      AsyncLibrary library, Network network, Dial dial, Cause cause) throws IOException {
    NginxServer nginx = network.nginx(0, builder -> builder);
    network.loose(false).idleLimit(LIMIT);
    HttpHost host = new HttpHost("http", dial.address(), nginx.port());
    List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
    try (ApacheAsyncGuard guard = ApacheAsyncGuard.create(unsuspecting());
        Calls bare = library.open(host, null);
        Calls guarded = library.open(host, GuardSwitch.isOff() ? null : guard)) {
      guard.onSwap(swaps::add);
      letThemBeForgotten(network, nginx, bare, guarded);
      assertThatThrownBy(() -> bare.post("bare")).isInstanceOf(IOException.class);
      assertThat(nginx.executions("bare")).isZero();
      long began = System.nanoTime();
      guarded.post("guarded");
      System.out.printf(
          "[kernel-lab] %s, flow forgotten, %s: POST answered after %d ms%n",
          library, dial, (System.nanoTime() - began) / 1_000_000);
      assertThat(nginx.executionsOfAnswered("guarded", AsyncLibrary.SOON)).isEqualTo(1);
      Await.until("told", AsyncLibrary.SOON, () -> !swaps.isEmpty());
      assertThat(swaps).extracting(SwapEvent::cause).containsExactly(cause);
    }
  }

  /**
   * The first answers wait for their calls to have begun: HttpClient closes the connection of one
   * that is quicker. The server has kept both connections, and the router knows none of them.
   */
  private static void letThemBeForgotten(
      Network network, NginxServer nginx, Calls bare, Calls guarded) throws IOException {
    nginx.freeze();
    var firstBare = bare.begin("first");
    var firstGuarded = guarded.begin("first");
    nginx.thaw();
    AsyncLibrary.answer(firstBare);
    AsyncLibrary.answer(firstGuarded);
    Await.until("forgotten", AsyncLibrary.SOON, network::hasForgottenAll);
    assertThat(network.serverKernel(0).get("Tcp.CurrEstab")).isEqualTo(2);
  }
}
