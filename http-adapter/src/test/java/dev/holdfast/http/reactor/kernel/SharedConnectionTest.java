package dev.holdfast.http.reactor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;

/** Calls that share a pool's connections of HTTP/2, some of which are in doubt. */
@KernelLab
final class SharedConnectionTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration DARK = Duration.ofSeconds(3);
  private static final Duration WELL_WITHIN = Duration.ofMillis(1_600);

  /** A connection idle for a second is proved first, and its call moves instead of being lost. */
  private static final Duration UNPROVED = Duration.ofMillis(900);

  private static final int PORT = 8082;
  private static final int DURING = 10;

  private static NginxServer nginx(Network network) {
    return network.nginx(
        0,
        settings ->
            settings
                .keepAliveTimeout(Duration.ofMinutes(5))
                .directives("listen 0.0.0.0:%d http2;".formatted(PORT)));
  }

  private static CompletableFuture<Integer> post(HttpClient client, String to, String id) {
    return client
        .protocol(HttpProtocol.H2C)
        .headers(headers -> headers.set(NginxServer.REQUEST_ID, id))
        .post()
        .uri("http://" + to + "/op")
        .send(ByteBufFlux.fromString(Mono.just("body")))
        .responseSingle((response, body) -> body.asString().thenReturn(response.status().code()))
        .toFuture();
  }

  /** What answers a call to one server has nothing to do with the path to another. */
  @Test
  void mustNotWaitForTheProofOfAConnectionToAnotherServer(Network network) throws Exception {
    NginxServer nginx = nginx(network);
    network.loose(false).idleLimit(LIMIT);
    String here = Dial.ROUTER.address() + ":" + nginx.port();
    String there = Dial.ROUTED.address() + ":" + PORT;
    try (KernelBed bed = new KernelBed(Dial.ROUTED, nginx)) {
      HttpClient guarded = bed.guarded(2);
      KernelBed.result(post(guarded, there, "there1"), KernelBed.SOON);
      Await.until("forgotten", KernelBed.SOON, network::hasForgottenAll);
      HttpClient http1 = guarded.protocol(HttpProtocol.HTTP11);
      long began = System.nanoTime();
      assertThat(
              http1
                  .get()
                  .uri("http://" + here + "/op")
                  .responseSingle((response, body) -> Mono.just(response.status().code()))
                  .block(KernelBed.SOON))
          .isEqualTo(200);
      assertThat(bed.swaps()).as("what a proof that fails ends in").isEmpty();
      KernelBed.print("a call beside a connection in doubt", KernelBed.millisSince(began) + " ms");
      assertThat(KernelBed.result(post(guarded, there, "there2"), KernelBed.SOON)).isEqualTo(200);
      assertThat(bed.swaps(1)).hasSize(1);
    }
  }

  /**
   * While nothing passes, nothing new is written to a flow that may be forgotten by the time the
   * path is back: whoever calls meanwhile is answered, over the same flow or over a new one.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustPutNoNewStreamOnADarkConnection(boolean forgotten, Network network) throws Exception {
    NginxServer nginx = nginx(network);
    network.loose(!forgotten);
    String to = Dial.ROUTED.address() + ":" + PORT;
    try (KernelBed bed = new KernelBed(Dial.ROUTED, nginx)) {
      HttpClient bare = bed.bare(1);
      HttpClient guarded = bed.guarded(1);
      KernelBed.result(post(bare, to, "bare"), KernelBed.SOON);
      KernelBed.result(post(guarded, to, "guarded"), KernelBed.SOON);
      long answered = System.nanoTime();
      network.muteClientFor(DARK);
      if (forgotten) {
        network.forgetAll();
      }
      CompletableFuture<Integer> bareFirst = post(bare, to, "bare-first");
      CompletableFuture<Integer> first = post(guarded, to, "first");
      boolean late = System.nanoTime() - answered > UNPROVED.toNanos();
      Await.idle(WELL_WITHIN);
      List<CompletableFuture<Integer>> during = new ArrayList<>();
      for (int i = 0; i < DURING; i++) {
        during.add(post(guarded, to, "during" + i));
      }
      CompletableFuture<Integer> bareDuring = post(bare, to, "bare-during");
      for (int i = 0; i < DURING; i++) {
        assertThat(KernelBed.result(during.get(i), KernelBed.SOON)).isEqualTo(200);
        assertThat(nginx.executionsOfAnswered("during" + i, KernelBed.SOON)).isEqualTo(1);
      }
      if (forgotten) {
        if (!late) {
          assertThatThrownBy(() -> KernelBed.result(first, KernelBed.SOON))
              .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
        }
        assertThat(bed.swaps(1)).hasSize(1);
        assertThatThrownBy(() -> KernelBed.result(bareDuring, KernelBed.HANG))
            .isInstanceOf(TimeoutException.class);
      } else {
        assertThat(KernelBed.result(first, KernelBed.SOON)).isEqualTo(200);
        assertThat(KernelBed.result(bareFirst, KernelBed.SOON)).isEqualTo(200);
        assertThat(bed.swaps()).isEmpty();
        bed.awaitDiagnosed(Explanation.PATH_DARK);
      }
    }
  }
}
