package dev.holdfast.http.reactor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.http.client.HttpClient;

/** Connections die without a word, idle or in use. Except where it says so, no plan knows why. */
@KernelLab
final class PathLossTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int CALLERS = 50;

  private static NginxServer nginx(Network network, Duration keepAlive) {
    return network.nginx(0, settings -> settings.keepAliveTimeout(keepAlive));
  }

  @ParameterizedTest
  @EnumSource
  void mustMoveAPostOffAForgottenFlow(Dial dial, Network network) throws Exception {
    NginxServer nginx = nginx(network, Duration.ofMinutes(5));
    network.loose(false).idleLimit(LIMIT);
    boolean reset = dial == Dial.ROUTER;
    try (KernelBed bed = new KernelBed(dial, nginx)) {
      HttpClient bare = bed.bare(1);
      HttpClient guarded = bed.guarded(1);
      KernelBed.result(bed.call(bare, "POST", "bare1"), KernelBed.SOON);
      KernelBed.result(bed.call(guarded, "POST", "guarded1"), KernelBed.SOON);
      Await.until("forgotten", KernelBed.SOON, network::hasForgottenAll);
      CompletableFuture<Integer> lost = bed.call(bare, "POST", "bare2");
      assertThatThrownBy(() -> KernelBed.result(lost, KernelBed.HANG))
          .isInstanceOf(reset ? ExecutionException.class : TimeoutException.class);
      long began = System.nanoTime();
      assertThat(KernelBed.result(bed.call(guarded, "POST", "guarded2"), KernelBed.SOON))
          .isEqualTo(200);
      KernelBed.print(
          "forgotten while idle, " + dial,
          "POST answered after %d ms, %s".formatted(KernelBed.millisSince(began), bed.swaps()));
      assertThat(nginx.executionsOfAnswered("guarded2", KernelBed.SOON)).isEqualTo(1);
      assertThat(bed.swaps(1)).hasSize(1);
      assertThat(bed.swaps().get(0).cause())
          .isEqualTo(reset ? Cause.PEER_RESET : Cause.PROBES_UNANSWERED);
      assertThat(bed.diagnosis().explanations())
          .contains(reset ? Explanation.FLOW_FORGOTTEN_RESET : Explanation.FLOW_FORGOTTEN_SILENT)
          .doesNotContain(Explanation.UNREACHABLE, Explanation.SERVER_SLOW);
    }
  }

  /** The server's kernel answers the probe of a connection that its nginx has closed. */
  @Test
  void mustRepeatAReadOnAConnectionWhoseFinWasLostAndSayOfAPostThatNobodyKnows(Network network)
      throws Exception {
    NginxServer nginx = nginx(network, LIMIT);
    network.dropServerFin();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, nginx)) {
      HttpClient bare = bed.bare(1);
      HttpClient reader = bed.guarded(1);
      HttpClient writer = bed.guarded(1);
      for (HttpClient client : List.of(bare, reader, writer)) {
        KernelBed.result(bed.call(client, "GET", "first"), KernelBed.SOON);
      }
      Await.until("closed", KernelBed.SOON, () -> network.hasLostFinsOf(3));
      assertThatThrownBy(() -> KernelBed.result(bed.call(bare, "GET", "bare"), KernelBed.SOON))
          .isInstanceOf(ExecutionException.class);
      assertThat(KernelBed.result(bed.call(reader, "GET", "read"), KernelBed.SOON)).isEqualTo(200);
      assertThat(nginx.executionsOfAnswered("read", KernelBed.SOON)).isEqualTo(1);
      assertThatThrownBy(() -> KernelBed.result(bed.call(writer, "POST", "post"), KernelBed.SOON))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(nginx.executions("post")).isZero();
      assertThat(bed.diagnosis().explanations()).contains(Explanation.FIN_LOST);
    }
  }

  @Test
  void mustNotMeetALostFinWhereThePlanKnowsWhenTheServerCloses(Network network) throws Exception {
    NginxServer nginx = nginx(network, LIMIT);
    network.dropServerFin();
    var plan = NetworkPath.to(ServerLimits.withIdleTimeout("nginx", LIMIT)).plan();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, nginx)) {
      HttpClient guarded = bed.guarded(plan, 1);
      KernelBed.result(bed.call(guarded, "POST", "first"), KernelBed.SOON);
      Await.idle(LIMIT.plusMillis(200));
      assertThat(KernelBed.result(bed.call(guarded, "POST", "second"), KernelBed.SOON))
          .isEqualTo(200);
      assertThat(bed.swaps(1)).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  private static List<CompletableFuture<Integer>> wave(
      KernelBed bed, HttpClient client, String name) {
    List<CompletableFuture<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      calls.add(bed.call(client, method(i), name + i));
    }
    return calls;
  }

  private static String method(int caller) {
    return caller % 2 == 0 ? "GET" : "POST";
  }

  private static void await(List<CompletableFuture<Integer>> calls) {
    Await.until(
        "every call ended",
        KernelBed.SOON,
        () -> calls.stream().allMatch(CompletableFuture::isDone));
  }

  /** A failover to a box with an empty table: old flows are swallowed, new ones pass. */
  @Test
  void mustSettleEveryCallInFlightWhenThePathSwallowsThem(Network network) throws Exception {
    NginxServer nginx = nginx(network, Duration.ofMinutes(5));
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, nginx)) {
      HttpClient guarded = bed.guarded(CALLERS);
      await(wave(bed, guarded, "warm"));
      network.forgetAll(); // so soon after the last answer that nothing is proved first
      long began = System.nanoTime();
      List<CompletableFuture<Integer>> calls = wave(bed, guarded, "op");
      await(calls);
      int ambiguous = 0;
      for (int i = 0; i < CALLERS; i++) {
        CompletableFuture<Integer> call = calls.get(i);
        long runs = nginx.executions("op" + i);
        if (method(i).equals("GET")) {
          assertThat(call).isCompletedWithValue(200);
        } else {
          assertThat(runs).isLessThanOrEqualTo(1);
          if (call.isCompletedExceptionally()) {
            ambiguous++;
            assertThatThrownBy(call::get)
                .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
          } else {
            assertThat(call).isCompletedWithValue(200);
            assertThat(nginx.executionsOfAnswered("op" + i, KernelBed.SOON)).isEqualTo(1);
          }
        }
      }
      KernelBed.print(
          "50 calls in a black hole",
          "all settled within %d ms, %d ambiguous, %d connections given up, %s"
              .formatted(
                  KernelBed.millisSince(began),
                  ambiguous,
                  bed.swaps().size(),
                  bed.swaps().isEmpty() ? "" : bed.swaps().get(0).evidence()));
      assertThat(bed.swaps(1)).isNotEmpty();
      await(wave(bed, guarded, "after"));
    }
  }
}
