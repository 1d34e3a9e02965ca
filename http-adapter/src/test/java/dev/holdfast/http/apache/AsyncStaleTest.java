package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pooled connection ended, or said something, while nobody used it, or under a request. */
@Timeout(120)
final class AsyncStaleTest {

  private static final byte[] FORGED =
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged".getBytes(StandardCharsets.US_ASCII);

  private static FaultServer server(boolean tls) {
    return tls ? FaultServer.tls() : FaultServer.plain();
  }

  @ParameterizedTest
  @CsvSource({"false, FIN", "false, RST", "true, FIN", "true, RST"})
  void mustSendAPostOnANewConnectionAfterTheIdleOneEnded(boolean tls, Ending ending)
      throws IOException {
    try (FaultServer server = server(tls);
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      Await.until("idle", AsyncBed.SOON, () -> server.idle() == 1);
      assertThat(server.endIdle(ending)).isEqualTo(1);
      Await.until("closed", AsyncBed.SOON, () -> server.open() == 0);
      assertThat(bed.send("POST", "second")).isEqualTo("second");
      assertThat(server.executions("second")).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.guard().health().well()).isTrue();
      Await.until("told", AsyncBed.SOON, () -> bed.swaps().size() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNeverGiveAForgedAnswerToTheNextRequest(boolean tls) throws IOException {
    try (FaultServer server = server(tls);
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      Await.until("idle", AsyncBed.SOON, () -> server.idle() == 1);
      assertThat(server.disturbIdle(() -> FORGED, Ending.OPEN)).isEqualTo(1);
      assertThat(bed.send("GET", "second")).isEqualTo("second");
    }
  }

  @ParameterizedTest
  @CsvSource({"false, FIN", "false, RST", "true, FIN", "true, RST"})
  void mustNotRepeatAPostThatWasSent(boolean tls, Ending ending) throws IOException {
    try (FaultServer server = server(tls);
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(ending));
      assertThatThrownBy(() -> bed.send("POST", "second"))
          .isInstanceOf(AmbiguousHttpOutcomeException.class)
          .satisfies(
              thrown ->
                  assertThat(AmbiguousOutcomeException.in(thrown))
                      .hasValueSatisfying(
                          outcome ->
                              assertThat(outcome.delivery()).isEqualTo(Delivery.SENT_UNANSWERED)));
      assertThat(server.executions("second")).isEqualTo(1);
      assertThat(bed.count(HoldfastMeter.AMBIGUOUS)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "false, GET, FIN",
    "false, PUT, RST",
    "false, DELETE, FIN",
    "true, GET, RST",
    "true, HEAD, FIN"
  })
  void mustRepeatWhatIsSafeOnceAfterAUsedConnectionEndedUnderIt(
      boolean tls, String method, Ending ending) throws IOException {
    try (FaultServer server = server(tls);
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(ending));
      bed.send(method, "second");
      assertThat(server.executions("second")).isEqualTo(2);
      assertThat(bed.count(HoldfastMeter.REPLAYED)).isEqualTo(1);
    }
  }

  @Test
  void mustRepeatNothingThatWasSentWhereTheUserWantsNoRetries() throws IOException {
    try (FaultServer server = FaultServer.plain();
        AsyncBed none =
            new AsyncBed(server, guard -> guard, HttpAsyncClientBuilder::disableAutomaticRetries);
        AsyncBed own =
            new AsyncBed(
                server,
                guard -> guard,
                http ->
                    http.setRetryStrategy(
                        new DefaultHttpRequestRetryStrategy(0, TimeValue.ZERO_MILLISECONDS)));
        AsyncBed quiet =
            new AsyncBed(server, ApacheAsyncGuardBuilder::withoutRetries, http -> http)) {
      for (AsyncBed each : new AsyncBed[] {none, own, quiet}) {
        each.send("GET", "first");
        server.next(new Exchange.Unanswered(Ending.FIN));
        assertThatThrownBy(() -> each.send("GET", "second")).isInstanceOf(IOException.class);
        assertThat(server.executions("second")).isEqualTo(1);
        server.forgetExecutions();
      }
    }
  }

  @Test
  void mustRepeatAPostThatItsCallerMarks() throws IOException {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThat(bed.send("POST", "x", ApacheAsyncGuard.safeToRepeat(HttpClientContext.create())))
          .isEqualTo("x");
      assertThat(server.executions("x")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 11, 30, 60})
  void mustNotRepeatAGetOfWhichAByteWasAnswered(int bytes) throws IOException {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed =
            new AsyncBed(
                server,
                guard -> guard,
                http ->
                    http.setRetryStrategy(
                        new DefaultHttpRequestRetryStrategy(0, TimeValue.ZERO_MILLISECONDS)))) {
      bed.send("GET", "first");
      server.next(new Exchange.AnswerCut(Answer.ok(), bytes, Ending.FIN));
      assertThatThrownBy(() -> bed.send("GET", "second")).isInstanceOf(IOException.class);
      assertThat(server.executions("second")).isEqualTo(1);
    }
  }

  @Test
  void mustReuseAConnectionThatIsWell() throws IOException {
    for (boolean tls : new boolean[] {false, true}) {
      try (FaultServer server = server(tls);
          AsyncBed bed = new AsyncBed(server)) {
        for (int i = 0; i < 50; i++) {
          assertThat(bed.send(i % 2 == 0 ? "GET" : "POST", "r" + i)).isEqualTo("r" + i);
        }
        assertThat(server.connections()).isEqualTo(1);
        assertThat(bed.swaps()).isEmpty();
      }
    }
  }

  @Test
  void mustNotUseAConnectionForLongerThanItsServerSays() throws IOException {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed =
            new AsyncBed(
                server,
                guard -> guard,
                http -> http.setKeepAliveStrategy((answer, context) -> TimeValue.ofMinutes(3)))) {
      server.next(new Exchange.Answered(Answer.ok().hinting(Duration.ofSeconds(1))));
      bed.send("GET", "first");
      Await.idle(Duration.ofMillis(1_100));
      assertThat(bed.send("POST", "second")).isEqualTo("second");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  @Test
  void mustGoByThePlanOfTheHost() throws IOException {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed =
            new AsyncBed(
                server,
                guard ->
                    guard.planFor(
                        "127.0.0.1",
                        NetworkPath.to(ServerLimits.withIdleTimeout("short", Duration.ofSeconds(2)))
                            .plan()),
                http -> http)) {
      bed.send("GET", "first");
      Await.idle(Duration.ofMillis(2_100));
      bed.send("POST", "second");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  /** The kernel is asked on a thread of the guard's; the connection is proved, and used. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustProveAnIdleConnectionBeforeAPost(boolean tls) throws IOException {
    try (FaultServer server = server(tls);
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      Await.idle(Duration.ofMillis(1_200));
      assertThat(bed.send("POST", "second")).isEqualTo("second");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.count(HoldfastMeter.PROBES)).isEqualTo(1);
    }
  }
}
