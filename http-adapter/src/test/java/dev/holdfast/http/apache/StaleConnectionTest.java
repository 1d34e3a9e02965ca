package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import java.nio.charset.StandardCharsets;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pooled connection ended, or said something, while nobody used it. */
final class StaleConnectionTest {

  private static final byte[] FORGED =
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged".getBytes(StandardCharsets.US_ASCII);

  enum Scheme {
    HTTP,
    HTTPS;

    FaultServer start() {
      return this == HTTP ? FaultServer.plain() : FaultServer.tls();
    }
  }

  private static Bed bed(FaultServer server, long validateAfterMillis) {
    ConnectionConfig config =
        ConnectionConfig.custom()
            .setValidateAfterInactivity(TimeValue.ofMilliseconds(validateAfterMillis))
            .build();
    return new Bed(
        server,
        Bed.plan(),
        guard -> guard,
        pool -> pool.setDefaultConnectionConfig(config),
        http -> http);
  }

  @ParameterizedTest
  @CsvSource({"HTTP, FIN", "HTTP, RST", "HTTPS, FIN", "HTTPS, RST"})
  void mustSendAPostOnANewConnectionAfterTheIdleOneEnded(Scheme scheme, Ending ending)
      throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      Await.until("idle", Bed.SOON, () -> server.idle() == 1);
      assertThat(server.endIdle(ending)).isEqualTo(1);
      Await.until("heard of", Bed.SOON, () -> bed.established() == 0);
      assertThat(bed.send("POST", "second").body()).isEqualTo("second");
      assertThat(server.executions("second")).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).hasSize(1);
      assertThat(bed.swaps().get(0).cause())
          .isEqualTo(ending == Ending.FIN ? Cause.PEER_CLOSED : Cause.PEER_RESET);
      assertThat(bed.count(HoldfastMeter.SWAPS)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP, -1", "HTTP, 0", "HTTP, 2000", "HTTPS, -1", "HTTPS, 0", "HTTPS, 2000"})
  void mustNeverGiveAFarewellToTheNextRequest(Scheme scheme, long validateAfterMillis)
      throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = bed(server, validateAfterMillis)) {
      bed.send("GET", "first");
      Await.until("idle", Bed.SOON, () -> server.idle() == 1);
      assertThat(server.farewellIdle()).isEqualTo(1);
      assertThat(bed.send("POST", "second")).isEqualTo(new Bed.Answer(200, "second"));
      assertThat(server.executions("second")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP, -1", "HTTP, 0", "HTTPS, -1", "HTTPS, 0"})
  void mustNeverGiveAForgedAnswerToTheNextRequestThoughTheConnectionStaysOpen(
      Scheme scheme, long validateAfterMillis) throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = bed(server, validateAfterMillis)) {
      bed.send("GET", "first");
      Await.until("idle", Bed.SOON, () -> server.idle() == 1);
      assertThat(server.disturbIdle(() -> FORGED, Ending.OPEN)).isEqualTo(1);
      assertThat(bed.send("GET", "second").body()).isEqualTo("second");
      assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.UNSOLICITED_INPUT);
    }
  }

  /** It came in one segment with the first answer, and is in HttpClient's buffer with it. */
  @ParameterizedTest
  @EnumSource
  void mustNeverGiveWhatCameBehindAnAnswerToTheNextRequest(Scheme scheme) throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = bed(server, -1)) {
      String two =
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
              + new String(FORGED, StandardCharsets.US_ASCII);
      server.next(new Exchange.Babbled(two, Ending.OPEN));
      assertThat(bed.send("GET", "first").body()).isEqualTo("first");
      assertThat(bed.send("GET", "second").body()).isEqualTo("second");
      assertThat(bed.swaps().get(0).cause()).isEqualTo(Cause.UNSOLICITED_INPUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustReuseAConnectionThatIsWell(Scheme scheme) throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = bed(server, 0)) {
      for (int i = 0; i < 50; i++) {
        assertThat(bed.send(i % 2 == 0 ? "GET" : "POST", "r" + i).body()).isEqualTo("r" + i);
      }
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP, GET, FIN",
    "HTTP, PUT, RST",
    "HTTP, DELETE, FIN",
    "HTTPS, GET, RST",
    "HTTPS, HEAD, FIN"
  })
  void mustRepeatWhatIsSafeOnceAfterAUsedConnectionEndedUnderIt(
      Scheme scheme, String method, Ending ending) throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(ending));
      assertThat(bed.send(method, "second").status()).isEqualTo(200);
      assertThat(server.executions("second")).isEqualTo(2);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.count(HoldfastMeter.REPLAYED)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP, FIN", "HTTP, RST", "HTTPS, FIN", "HTTPS, RST"})
  void mustNotRepeatAPostThatWasSent(Scheme scheme, Ending ending) throws Exception {
    try (FaultServer server = scheme.start();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(ending));
      assertThatThrownBy(() -> bed.send("POST", "second"))
          .isInstanceOf(AmbiguousHttpOutcomeException.class)
          .satisfies(
              thrown -> {
                AmbiguousOutcomeException outcome =
                    AmbiguousOutcomeException.in(thrown).orElseThrow();
                assertThat(outcome.call()).isEqualTo("POST");
                assertThat(outcome.delivery()).isEqualTo(Delivery.SENT_UNANSWERED);
              });
      assertThat(server.executions("second")).isEqualTo(1);
      assertThat(bed.count(HoldfastMeter.AMBIGUOUS, "call", "POST")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 11, 30})
  void mustNotRepeatAGetOfWhichAByteWasAnswered(int bytes) throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = Bed.withoutClientRetries(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.AnswerCut(dev.holdfast.lab.http.Answer.ok(), bytes, Ending.FIN));
      assertThatThrownBy(() -> bed.send("GET", "second")).isInstanceOf(java.io.IOException.class);
      assertThat(server.executions("second")).isEqualTo(1);
    }
  }
}
