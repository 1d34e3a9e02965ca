package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;

/** A body that was asked for is not asked for again, unless the user says it may be. */
final class BodyTest {

  private final FaultServer server = FaultServer.plain();
  private final AtomicInteger subscriptions = new AtomicInteger();

  @AfterEach
  void end() {
    server.close();
  }

  private String send(HttpBed bed, String method, String target) {
    Flux<String> body =
        Flux.just("one", "two").doOnSubscribe(asked -> subscriptions.incrementAndGet());
    return bed.client
        .request(HttpMethod.valueOf(method))
        .uri(server.uri(target))
        .send(ByteBufFlux.fromString(body))
        .responseSingle(HttpBed::answer)
        .blockOptional(HttpBed.SOON)
        .orElseThrow();
  }

  @Test
  void mustNotAskTwiceForABody() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(() -> send(bed, "PUT", "/x")).isNotNull();
      assertThat(subscriptions).hasValue(1);
      assertThat(server.executions("/x")).isEqualTo(1);
    }
  }

  @Test
  void mustAskTwiceForABodyThatIsDeclaredReplayable() {
    try (HttpBed bed =
        new HttpBed(HttpBed.plan(), ReactorHttpGuardBuilder::replayableBodies, client -> client)) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(Ending.RST));
      assertThat(send(bed, "PUT", "/x")).isEqualTo("200 /x");
      assertThat(subscriptions).hasValue(2);
      server.next(new Exchange.Unanswered(Ending.RST));
      assertThatThrownBy(() -> send(bed, "POST", "/y"))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/y")).isEqualTo(1);
    }
  }

  @Test
  void mustNotAskForABodyBeforeItsConnectionIsProved() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 1);
      Await.idle(HttpBed.IDLE);
      server.endIdle(Ending.RST);
      assertThat(send(bed, "POST", "/x")).isEqualTo("200 /x");
      assertThat(subscriptions).hasValue(1);
    }
  }

  @Test
  void mustRepeatAPostThatCarriesAnIdempotencyKey() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(Ending.FIN));
      String answer =
          bed.client
              .headers(headers -> headers.set("Idempotency-Key", "k1"))
              .post()
              .uri(server.uri("/x"))
              .responseSingle(HttpBed::answer)
              .blockOptional(HttpBed.SOON)
              .orElseThrow();
      assertThat(answer).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(2);
    }
  }

  @Test
  void mustHandAnErrorOfTheBodyToTheCaller() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      assertThatThrownBy(
              () ->
                  bed.client
                      .post()
                      .uri(server.uri("/x"))
                      .send(ByteBufFlux.fromString(Mono.error(new IllegalStateException("mine"))))
                      .responseSingle(HttpBed::answer)
                      .block(HttpBed.SOON))
          .hasMessage("mine");
      assertThat(bed.get(server.uri("/y"))).isEqualTo("200 /y");
    }
  }
}
