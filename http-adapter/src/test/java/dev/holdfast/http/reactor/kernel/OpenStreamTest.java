package dev.holdfast.http.reactor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;

/** A connection of HTTP/2 that is never without a stream, and silent nevertheless. */
@KernelLab
final class OpenStreamTest {

  private static final int PORT = 8082;

  private static CompletableFuture<Integer> post(HttpClient client, String id) {
    return client
        .headers(headers -> headers.set(NginxServer.REQUEST_ID, id))
        .post()
        .uri("http://" + Dial.ROUTED.address() + ":" + PORT + "/op")
        .send(ByteBufFlux.fromString(Mono.just("body")))
        .responseSingle((response, body) -> body.asString().thenReturn(response.status().code()))
        .toFuture();
  }

  /** An upload that has begun, and pauses for as long as the test lasts. */
  private static Disposable open(HttpClient client) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Flux<String> rest = Flux.<String>never().doOnSubscribe(asked -> begun.countDown());
    Disposable upload =
        client
            .post()
            .uri("http://" + Dial.ROUTED.address() + ":" + PORT + "/upload")
            .send(ByteBufFlux.fromString(Flux.concat(Mono.just("begun"), rest)))
            .response()
            .subscribe(response -> {}, lost -> {});
    assertThat(begun.await(KernelBed.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return upload;
  }

  @Test
  void mustMoveAPostOffAForgottenFlowWhoseStreamIsOpen(Network network) throws Exception {
    NginxServer nginx =
        network.nginx(
            0,
            settings ->
                settings
                    .keepAliveTimeout(Duration.ofMinutes(5))
                    .directives(
                        "listen 0.0.0.0:%d http2;".formatted(PORT), "client_body_timeout 300s;"));
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, nginx)) {
      HttpClient bare = bed.bare(1).protocol(HttpProtocol.H2C);
      HttpClient guarded = bed.guarded(1).protocol(HttpProtocol.H2C);
      KernelBed.result(post(bare, "bare1"), KernelBed.SOON);
      KernelBed.result(post(guarded, "guarded1"), KernelBed.SOON);
      Disposable bareStream = open(bare);
      Disposable stream = open(guarded);
      network.forgetAll();
      CompletableFuture<Integer> lost = post(bare, "bare2");
      assertThatThrownBy(() -> KernelBed.result(lost, KernelBed.HANG))
          .isInstanceOf(TimeoutException.class);
      assertThat(KernelBed.result(post(guarded, "guarded2"), KernelBed.SOON)).isEqualTo(200);
      assertThat(nginx.executionsOfAnswered("guarded2", KernelBed.SOON)).isEqualTo(1);
      assertThat(bed.swaps(1)).hasSize(1);
      bareStream.dispose();
      stream.dispose();
    }
  }
}
