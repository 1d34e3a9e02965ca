package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.OpenSocket;
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
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Connection;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pooled connection ended, or said something, while nobody used it, or under a request. */
final class OkHttpStaleTest {

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
        OkBed bed = new OkBed(server)) {
      bed.send("GET", server, "first");
      Await.until("idle", OkBed.SOON, () -> server.idle() == 1);
      assertThat(server.endIdle(ending)).isEqualTo(1);
      Await.until("closed", OkBed.SOON, () -> server.open() == 0);
      assertThat(bed.send("POST", server, "second")).isEqualTo("second");
      assertThat(server.executions("second")).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.guard().health().well()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNeverGiveAForgedAnswerToTheNextRequest(boolean tls) throws IOException {
    try (FaultServer server = server(tls);
        OkBed bed = new OkBed(server)) {
      bed.send("GET", server, "first");
      Await.until("idle", OkBed.SOON, () -> server.idle() == 1);
      assertThat(server.disturbIdle(() -> FORGED, Ending.OPEN)).isEqualTo(1);
      assertThat(bed.send("GET", server, "second")).isEqualTo("second");
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.UNSOLICITED_INPUT);
    }
  }

  /** So that the tests above show something: alone it takes what it finds. */
  @Test
  void mustBeKnownOfTheBareClientThatItTakesTheForgedAnswer() throws IOException {
    try (FaultServer server = FaultServer.plain()) {
      OkHttpClient bare = new OkHttpClient();
      OkBed.send(bare, OkBed.request("GET", server.uri("/first"), "first").build());
      Await.until("idle", OkBed.SOON, () -> server.idle() == 1);
      assertThat(server.disturbIdle(() -> FORGED, Ending.OPEN)).isEqualTo(1);
      assertThat(OkBed.send(bare, OkBed.request("GET", server.uri("/second"), "second").build()))
          .isEqualTo("forged");
      OkBed.close(bare);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, FIN", "false, RST", "true, FIN", "true, RST"})
  void mustNotRepeatAPostThatWasSent(boolean tls, Ending ending) throws IOException {
    try (FaultServer server = server(tls);
        OkBed bed = new OkBed(server)) {
      bed.send("GET", server, "first");
      server.next(new Exchange.Unanswered(ending));
      assertThatThrownBy(() -> bed.send("POST", server, "second"))
          .isInstanceOf(AmbiguousOkHttpOutcomeException.class)
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

  /** The kernel has all of it when another thread closes the connection, and its write fails. */
  @Test
  void mustNotRepeatAPostThatWasSentAsItsConnectionWasGivenUp() throws IOException {
    BreakingSockets sockets = new BreakingSockets();
    AtomicReference<@Nullable OpenSocket> open = new AtomicReference<>();
    try (FaultServer server = FaultServer.plain();
        OkBed bed =
            new OkBed(
                guard -> guard,
                client ->
                    client
                        .socketFactory(sockets)
                        .addNetworkInterceptor(
                            chain -> {
                              Connection connection = Objects.requireNonNull(chain.connection());
                              open.set(((Carrier) connection.socket()).open());
                              return chain.proceed(chain.request());
                            }))) {
      bed.send("GET", server, "first");
      sockets.breakAfterTheNextWrite(
          () -> {
            Await.until("it ran", OkBed.SOON, () -> server.executions("second") == 1);
            Objects.requireNonNull(open.get())
                .end()
                .condemn(new Death(Cause.PATH_SILENT, "silent"));
          });
      assertThatThrownBy(() -> bed.send("POST", server, "second"))
          .isInstanceOf(AmbiguousOkHttpOutcomeException.class);
      assertThat(bed.send("POST", server, "third")).isEqualTo("third");
      assertThat(server.executions("second")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"GET, FIN", "PUT, RST", "DELETE, FIN"})
  void mustRepeatWhatIsSafeOnceAfterAUsedConnectionEndedUnderIt(String method, Ending ending)
      throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed(server)) {
      bed.send("GET", server, "first");
      server.next(new Exchange.Unanswered(ending));
      assertThat(bed.send(method, server, "second")).isEqualTo("second");
      assertThat(server.executions("second")).isEqualTo(2);
      assertThat(bed.count(HoldfastMeter.REPLAYED)).isEqualTo(1);
    }
  }

  @Test
  void mustRepeatNothingThatWasSentWhereTheUserWantsNoRetries() throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed(guard -> guard, client -> client.retryOnConnectionFailure(false));
        OkBed quiet = new OkBed(OkHttpGuardBuilder::withoutRetries, client -> client)) {
      for (OkBed each : new OkBed[] {bed, quiet}) {
        each.send("GET", server, "first");
        server.next(new Exchange.Unanswered(Ending.FIN));
        assertThatThrownBy(() -> each.send("GET", server, "second"))
            .isInstanceOf(IOException.class)
            .isNotInstanceOf(NotRepeated.class)
            .hasMessageStartingWith("unexpected end of stream");
        assertThat(server.executions("second")).isEqualTo(1);
        server.forgetExecutions();
      }
    }
  }

  @Test
  void mustRepeatAPostThatItsCallerMarks() throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed(server)) {
      bed.send("GET", server, "first");
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThat(
              bed.send(
                  OkHttpGuard.safeToRepeat(OkBed.request("POST", server.uri("/x"), "x")).build()))
          .isEqualTo("x");
      assertThat(server.executions("x")).isEqualTo(2);
    }
  }

  @Test
  void mustReuseAConnectionThatIsWell() throws IOException {
    for (boolean tls : new boolean[] {false, true}) {
      try (FaultServer server = server(tls);
          OkBed bed = new OkBed(server)) {
        for (int i = 0; i < 50; i++) {
          assertThat(bed.send(i % 2 == 0 ? "GET" : "POST", server, "r" + i)).isEqualTo("r" + i);
        }
        assertThat(server.connections()).isEqualTo(1);
        assertThat(bed.swaps()).isEmpty();
      }
    }
  }

  @Test
  void mustNotUseAConnectionForLongerThanItsServerSays() throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed(server)) {
      server.next(new Exchange.Answered(Answer.ok().hinting(Duration.ofSeconds(1))));
      bed.send("GET", server, "first");
      Await.idle(Duration.ofMillis(1_100));
      assertThat(bed.send("POST", server, "second")).isEqualTo("second");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  @Test
  void mustGoByThePlanOfTheHost() throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed =
            new OkBed(
                guard ->
                    guard.planFor(
                        "127.0.0.1",
                        NetworkPath.to(ServerLimits.withIdleTimeout("short", Duration.ofSeconds(2)))
                            .plan()),
                client -> client)) {
      bed.send("GET", server, "first");
      Await.idle(Duration.ofMillis(2_100));
      bed.send("POST", server, "second");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  /** As behind a balancer whose list of servers is stale: bare and guarded the call fails. */
  @ParameterizedTest
  @ValueSource(strings = {"-ERR unknown command 'GET'\r\n", "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1."})
  void mustNameAForeignServerAndRepeatNothing(String said) throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed()) {
      server.next(new Exchange.Babbled(said, Ending.FIN));
      server.next(new Exchange.Babbled(said, Ending.FIN));
      OkHttpClient bare = new OkHttpClient();
      assertThatThrownBy(
              () -> OkBed.send(bare, OkBed.request("POST", server.uri("/bare"), "bare").build()))
          .isInstanceOf(IOException.class);
      OkBed.close(bare);
      assertThatThrownBy(() -> bed.send("POST", server, "guarded")).isInstanceOf(IOException.class);
      assertThat(server.executions("guarded")).isEqualTo(1);
      if (!said.startsWith("HTTP")) {
        Await.until(
            "diagnosed",
            OkBed.SOON,
            () ->
                bed.diagnoses().stream()
                    .anyMatch(
                        d -> d.diagnosis().explanations().contains(Explanation.FOREIGN_PROTOCOL)));
        assertThat(bed.connects()).anyMatch(c -> c.outcome() == ConnectOutcome.FOREIGN);
      }
      assertThat(bed.send("POST", server, "next")).isEqualTo("next");
      assertThat(server.connections()).isEqualTo(3);
    }
  }
}
