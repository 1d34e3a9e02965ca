package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.net.ConnectException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** What is sent again is the exchange that was lost, and none that was answered. */
final class LegTest {

  private static final Exchange SEE_OTHER =
      new Exchange.Babbled(
          "HTTP/1.1 303 See Other\r\nLocation: /receipt\r\nContent-Length: 0\r\n\r\n", Ending.OPEN);

  private final FaultServer server = FaultServer.plain();

  @AfterEach
  void end() {
    server.close();
  }

  private static Mono<String> pay(HttpClient client, String uri) {
    return client.followRedirect(true).post().uri(uri).responseSingle(HttpBed::answer);
  }

  @Test
  void mustRepeatTheLostLegOfARedirectAlone() {
    ConnectionProvider pool = ConnectionProvider.create("bare", 1);
    try (HttpBed bed = new HttpBed()) {
      server.next(SEE_OTHER).next(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(
          () -> pay(HttpClient.create(pool), server.uri("/pay")).block(HttpBed.SOON));
      assertThat(server.executions("/pay")).isEqualTo(1);
      assertThat(server.executions("/receipt")).isEqualTo(1);

      server.forgetExecutions();
      server.next(SEE_OTHER).next(new Exchange.Unanswered(Ending.FIN));
      assertThat(pay(bed.client, server.uri("/pay")).block(HttpBed.SOON)).isEqualTo("200 /receipt");
      assertThat(server.executions("/pay")).isEqualTo(1);
      assertThat(server.executions("/receipt")).isEqualTo(2);
    } finally {
      pool.dispose();
    }
  }

  /** The 307 keeps the method: the first leg was answered, of the second nobody knows. */
  @Test
  void mustSayOfTheLostLegThatItMayHaveRun() {
    try (HttpBed bed = new HttpBed()) {
      server
          .next(
              new Exchange.Babbled(
                  "HTTP/1.1 307 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n",
                  Ending.OPEN))
          .next(new Exchange.Unanswered(Ending.RST));
      assertThatThrownBy(() -> pay(bed.client, server.uri("/pay")).block(HttpBed.SOON))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/pay")).isEqualTo(1);
      assertThat(server.executions("/there")).isEqualTo(1);
    }
  }

  private static HttpBed h2c() {
    return bed(client -> client.protocol(HttpProtocol.H2C));
  }

  private static HttpBed bed(UnaryOperator<HttpClient> users) {
    return new HttpBed(HttpBed.plan(), s -> s, users);
  }

  /** A client that speaks both takes what the server chooses. */
  @ParameterizedTest
  @CsvSource({"H2,CLOSED", "H2,REFUSED", "H2;HTTP11,CANCEL", "H2;HTTP11,GOAWAY"})
  void mustRepeatTheLostLegAloneWhateverWasNegotiated(String protocols, Fate fate) {
    try (H2Server h2 = new H2Server(true);
        HttpBed bed = bed(client -> secured(client, protocols, ApplicationProtocolNames.HTTP_2))) {
      h2.next(Fate.REDIRECTED).next(fate);
      assertThat(pay(bed.client, h2.uri("/pay")).block(HttpBed.SOON)).isEqualTo("200 /receipt");
      assertThat(h2.executions("/pay")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FIN", "RST"})
  void mustRepeatTheLostLegAloneWhereHttp1WasNegotiated(Ending ending) {
    try (FaultServer h1 = FaultServer.tls();
        HttpBed bed =
            bed(client -> secured(client, "H2;HTTP11", ApplicationProtocolNames.HTTP_1_1))) {
      h1.next(SEE_OTHER).next(new Exchange.Unanswered(ending));
      assertThat(pay(bed.client, h1.uri("/pay")).block(HttpBed.SOON)).isEqualTo("200 /receipt");
      assertThat(h1.executions("/pay")).isEqualTo(1);
      assertThat(h1.executions("/receipt")).isEqualTo(2);
      assertThat(bed.get(h1.uri("/next"))).isEqualTo("200 /next");
    }
  }

  private static HttpClient secured(HttpClient client, String protocols, String chosen) {
    HttpProtocol[] spoken =
        Stream.of(protocols.split(";")).map(HttpProtocol::valueOf).toArray(HttpProtocol[]::new);
    var trust = H2Server.ssl(TlsIdentity.shared().client(), true, chosen);
    return client.protocol(spoken).secure(tls -> tls.sslContext(trust));
  }

  /** The server runs the lost leg twice, unless it refused it. */
  @ParameterizedTest
  @CsvSource({"CLOSED,2", "CANCEL,2", "INTERNAL_ERROR,2", "REFUSED,1", "GOAWAY,1"})
  void mustRepeatTheLostLegOfARedirectAloneOverHttp2(Fate fate, int receipts) {
    HttpClient bare =
        HttpClient.create(ConnectionProvider.newConnection()).protocol(HttpProtocol.H2C);
    try (H2Server h2 = new H2Server(false);
        HttpBed bed = h2c()) {
      h2.next(Fate.REDIRECTED).next(fate);
      assertThatThrownBy(() -> pay(bare, h2.uri("/pay")).block(HttpBed.SOON)).isNotNull();

      h2.forgetExecutions();
      h2.next(Fate.REDIRECTED).next(fate);
      assertThat(pay(bed.client, h2.uri("/pay")).block(HttpBed.SOON)).isEqualTo("200 /receipt");
      assertThat(h2.executions("/pay")).isEqualTo(1);
      assertThat(h2.executions("/receipt")).isEqualTo(receipts);
      assertThat(bed.get(h2.uri("/next"))).isEqualTo("200 /next");
    }
  }

  /** The second leg keeps the method: it moves if the server refused it, and only then. */
  @ParameterizedTest
  @CsvSource({"REFUSED,true", "GOAWAY,true", "CLOSED,false", "CANCEL,false"})
  void mustMoveALegThatMustNotRunTwiceOnlyIfItWasRefused(Fate fate, boolean moves) {
    try (H2Server h2 = new H2Server(false);
        HttpBed bed = h2c()) {
      h2.next(Fate.MOVED).next(fate);
      if (moves) {
        assertThat(pay(bed.client, h2.uri("/pay")).block(HttpBed.SOON)).isEqualTo("200 /receipt");
      } else {
        assertThatThrownBy(() -> pay(bed.client, h2.uri("/pay")).block(HttpBed.SOON))
            .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      }
      assertThat(h2.executions("/pay")).isEqualTo(1);
      assertThat(h2.executions("/receipt")).isEqualTo(1);
    }
  }

  /** The client's loop repeats a leg once, and not at all where its user has switched it off. */
  @ParameterizedTest
  @CsvSource({"false,2", "true,1"})
  void mustSayWhatBecameOfALegThatIsLostAgain(boolean retryDisabled, int receipts) {
    try (H2Server h2 = new H2Server(false);
        HttpBed bed = h2c()) {
      h2.next(Fate.REDIRECTED).next(Fate.CANCEL).next(Fate.CANCEL);
      HttpClient client = bed.client.disableRetry(retryDisabled);
      assertThatThrownBy(() -> pay(client, h2.uri("/pay")).block(HttpBed.SOON)).isNotNull();
      assertThat(h2.executions("/pay")).isEqualTo(1);
      assertThat(h2.executions("/receipt")).isEqualTo(receipts);
    }
    try (H2Server h2 = new H2Server(false);
        HttpBed bed = h2c()) {
      h2.next(Fate.REDIRECTED).next(Fate.REFUSED).next(Fate.REFUSED);
      assertThatThrownBy(() -> pay(bed.client, h2.uri("/pay")).block(HttpBed.SOON))
          .hasCauseInstanceOf(Exception.class)
          .isInstanceOf(NotExecutedException.class);
      assertThat(h2.executions("/pay")).isEqualTo(1);
      assertThat(h2.executions("/receipt")).isZero();
    }
  }

  /** A signature, a date, what an authenticator added: the client would make them anew. */
  @Test
  void mustRepeatTheMessageThatWasOnTheWire() {
    AtomicInteger sendings = new AtomicInteger();
    try (HttpBed bed =
        new HttpBed(
            HttpBed.plan(),
            s -> s,
            client ->
                client.doOnRequest(
                    (request, connection) ->
                        request.header(
                            FaultServer.REQUEST_ID, "id-" + sendings.incrementAndGet())))) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(Ending.FIN));
      bed.get(server.uri("/x"));
      assertThat(server.executions("id-2")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE"})
  void mustNotHideASendingThatMayHaveRunBehindAConnectThatFailed(String method) {
    AtomicBoolean down = new AtomicBoolean();
    ConnectGate gate =
        (remote, timeout) ->
            down.get()
                ? new Admission.Refused(new ConnectException("down"), 0)
                : ConnectGate.open().admit(remote, timeout);
    try (HttpBed bed = new HttpBed(HttpBed.plan(), s -> s.gate(gate), client -> client)) {
      bed.get(server.uri("/first"));
      down.set(true);
      assertThatThrownBy(() -> bed.get("http://127.0.0.1:1/"))
          .satisfies(never -> assertThat(AmbiguousOutcomeException.in(never)).isEmpty());
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(() -> bed.call(method, server.uri("/x")).block(HttpBed.SOON))
          .satisfies(
              thrown -> {
                assertThat(AmbiguousOutcomeException.in(thrown)).isPresent();
                assertThat(thrown).hasRootCauseMessage("down");
              });
      assertThat(server.executions("/x")).isEqualTo(1);
      down.set(false);
      assertThat(bed.get(server.uri("/y"))).isEqualTo("200 /y");
    }
  }

  /** While the repeat waits for its connection too. */
  @Test
  void mustHearOfACancelAtAnyMoment() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      for (int i = 0; i < 40; i++) {
        server.next(new Exchange.Unanswered(Ending.FIN));
        var call = bed.call("GET", server.uri("/x")).toFuture();
        dev.holdfast.lab.Await.idle(java.time.Duration.ofNanos(i * 50_000L));
        call.cancel(true);
      }
      server.always(new Exchange.Answered(dev.holdfast.lab.http.Answer.ok()));
      assertThat(eventually(bed)).isEqualTo("200 /y");
    }
  }

  private String eventually(HttpBed bed) {
    for (int i = 0; i < 50; i++) { // what was scripted for the cancelled may still come
      try {
        return bed.get(server.uri("/y"));
      } catch (RuntimeException scripted) {
        assertThat(scripted).isNotNull();
      }
    }
    return bed.get(server.uri("/y"));
  }
}
