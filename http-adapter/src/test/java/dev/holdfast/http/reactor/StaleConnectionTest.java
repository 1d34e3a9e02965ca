package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does to its connections, and what of it a caller sees. */
final class StaleConnectionTest {

  private final FaultServer server = FaultServer.plain();

  @AfterEach
  void end() {
    server.close();
  }

  private void idle(int connections) {
    Await.until("idle", HttpBed.SOON, () -> server.idle() == connections);
  }

  @Test
  void mustReuseAConnectionThatIsWell() {
    try (HttpBed bed = new HttpBed()) {
      assertThat(bed.get(server.uri("/a"))).isEqualTo("200 /a");
      assertThat(bed.post(server.uri("/b"), "x")).isEqualTo("200 /b");
      double before = bed.count("holdfast.probes");
      Await.idle(HttpBed.IDLE);
      assertThat(bed.post(server.uri("/c"), "x")).isEqualTo("200 /c");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps).isEmpty();
      assertThat(bed.count("holdfast.probes") - before).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"GET,FIN", "GET,RST", "PUT,FIN", "DELETE,RST"})
  void mustRepeatARequestThatMayRunTwice(String method, Ending ending) {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(ending));
      assertThat(bed.call(method, server.uri("/x")).block(HttpBed.SOON)).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(2);
      assertThat(bed.count("holdfast.calls.replayed")).isEqualTo(1);
      assertThat(bed.swaps(1)).hasSize(1);
    }
  }

  @Test
  void mustRepeatARequestOnceOnly() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.always(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(() -> bed.get(server.uri("/x"))).hasMessageContaining("BEFORE response");
      assertThat(server.executions("/x")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FIN", "RST"})
  void mustNotRepeatAPostAndSayThatItMayHaveRun(Ending ending) {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(ending));
      assertThatThrownBy(() -> bed.post(server.uri("/x?secret"), "hush"))
          .satisfies(
              thrown -> {
                AmbiguousOutcomeException ambiguous =
                    AmbiguousOutcomeException.in(thrown).orElseThrow();
                assertThat(ambiguous.call()).isEqualTo("POST");
                assertThat(ambiguous.delivery()).isEqualTo(Delivery.SENT_UNANSWERED);
                assertThat(ambiguous.getMessage()).doesNotContain("secret", "hush", "127.0.0.1");
              });
      assertThat(server.executions("/x?secret")).isEqualTo(1);
      assertThat(bed.count("holdfast.calls.ambiguous")).isEqualTo(1);
    }
  }

  @Test
  void mustNotRepeatWhatWasAnsweredInPart() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.AnswerCut(Answer.ok(), 8, Ending.FIN));
      assertThatThrownBy(() -> bed.get(server.uri("/x"))).isNotNull();
      server.next(new Exchange.AnswerCut(Answer.ok(), 8, Ending.RST));
      assertThatThrownBy(() -> bed.post(server.uri("/y"), "x")).isNotNull();
      assertThat(server.executions("/x")).isEqualTo(1);
      assertThat(server.executions("/y")).isEqualTo(1);
      assertThat(bed.get(server.uri("/z"))).isEqualTo("200 /z");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void mustNotAnswerARequestWithAFarewell(String method) {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      idle(1);
      server.farewellIdle();
      assertThat(bed.call(method, server.uri("/x")).block(HttpBed.SOON)).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 4", "\0\0\0", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"})
  void mustGiveUpAConnectionOnWhichSomethingUnaskedForArrived(String babble) {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      idle(1);
      server.disturbIdle(() -> babble.getBytes(StandardCharsets.ISO_8859_1), Ending.OPEN);
      assertThat(bed.swaps(1)).hasSize(1);
      assertThat(bed.post(server.uri("/x"), "x")).isEqualTo("200 /x");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps.get(0).cause()).isEqualTo(Cause.PEER_CLOSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 x\r\n\r\n", "garbage\r\n\r\n", "HTTP/9.9 \u00ff\r\n\r\n"})
  void mustNotReuseAConnectionWhoseServerSpeaksNoHttp(String babble) {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Babbled(babble, Ending.OPEN));
      assertThatThrownBy(() -> bed.get(server.uri("/x"))).isNotNull();
      assertThat(bed.get(server.uri("/y"))).isEqualTo("200 /y");
      assertThat(server.executions("/x")).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void mustNotReuseAConnectionPastTheAgeItsServerAdvertises() {
    server.always(new Exchange.Answered(Answer.ok().hinting(Duration.ofSeconds(2))));
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      Duration safe = HttpBed.plan().path().safeAge(Duration.ofSeconds(2));
      assertThat(safe).isBetween(Duration.ZERO, Duration.ofSeconds(2));
      Await.idle(safe.plusMillis(50));
      bed.get(server.uri("/x"));
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps(1)).hasSize(1);
      assertThat(bed.swaps.get(0).cause()).isEqualTo(Cause.IDLE_LIMIT);
    }
  }

  @Test
  void mustNotReuseConnectionsWhereThePlanForbidsIt() {
    var once =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("lab"))
            .plan(RequestedSettings.none().withoutReuse());
    try (HttpBed bed = new HttpBed(once)) {
      bed.get(server.uri("/a"));
      bed.get(server.uri("/b"));
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void mustNotCallASlowServerDead() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      server.freeze();
      var slow = bed.call("POST", server.uri("/x")).toFuture();
      Await.idle(Duration.ofSeconds(3));
      server.thaw();
      assertThat(slow).succeedsWithin(HttpBed.SOON).isEqualTo("200 /x");
      assertThat(bed.swaps).isEmpty();
      assertThat(server.connections()).isEqualTo(1);
    }
  }
}
