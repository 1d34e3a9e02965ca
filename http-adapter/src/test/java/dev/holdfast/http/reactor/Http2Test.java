package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;

/** The same over HTTP/2, with the TLS handshake and with prior knowledge. */
final class Http2Test {

  private static HttpBed bed(boolean secure) {
    return new HttpBed(
        HttpBed.plan(),
        settings -> settings,
        client -> secure ? secured(client) : client.protocol(HttpProtocol.H2C));
  }

  private static HttpClient secured(HttpClient client) {
    var trust = H2Server.ssl(TlsIdentity.shared().client(), true);
    return client.protocol(HttpProtocol.H2).secure(tls -> tls.sslContext(trust));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustReuseAndProveAConnectionThatIsWell(boolean secure) {
    try (H2Server server = new H2Server(secure);
        HttpBed bed = bed(secure)) {
      assertThat(bed.get(server.uri("/a"))).isEqualTo("200 /a");
      assertThat(bed.post(server.uri("/b"), "x")).isEqualTo("200 /b");
      double before = bed.count("holdfast.probes");
      Await.idle(HttpBed.IDLE);
      assertThat(bed.post(server.uri("/c"), "x")).isEqualTo("200 /c");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.count("holdfast.probes") - before).isEqualTo(1);
      assertThat(bed.swaps).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"REFUSED,false", "GOAWAY,false", "REFUSED,true", "GOAWAY,true"})
  void mustMoveWhatTheServerDidNotProcess(Fate fate, boolean secure) {
    try (H2Server server = new H2Server(secure);
        HttpBed bed = bed(secure)) {
      bed.get(server.uri("/first"));
      server.next(fate);
      assertThat(bed.call("POST", server.uri("/x")).block(HttpBed.SOON)).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(1);
      assertThat(server.connections()).isEqualTo(fate == Fate.GOAWAY ? 2 : 1);
      assertThat(bed.count("holdfast.calls.moved")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustSettleEachStreamOfALostConnectionByItself(boolean secure) {
    try (H2Server server = new H2Server(secure);
        HttpBed bed = bed(secure)) {
      bed.get(server.uri("/first"));
      server.next(Fate.SILENT).next(Fate.SILENT);
      CompletableFuture<String> read = bed.call("GET", server.uri("/read")).toFuture();
      Await.until("sent", HttpBed.SOON, () -> server.executions("/read") == 1);
      CompletableFuture<String> write = bed.call("POST", server.uri("/write")).toFuture();
      Await.until("sent", HttpBed.SOON, () -> server.executions("/write") == 1);
      server.next(Fate.CLOSED);
      assertThat(bed.call("GET", server.uri("/last")).block(HttpBed.SOON)).isEqualTo("200 /last");
      assertThat(read).succeedsWithin(HttpBed.SOON).isEqualTo("200 /read");
      assertThatThrownBy(write::join)
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/write")).isEqualTo(1);
      assertThat(server.executions("/read")).isEqualTo(2);
      assertThat(bed.swaps(1)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustCloseItsConnectionsWithThePool(boolean secure) {
    try (H2Server server = new H2Server(secure)) {
      HttpBed bed = bed(secure);
      bed.get(server.uri("/first"));
      bed.close();
      Await.until("closed", Duration.ofSeconds(20), () -> server.open() == 0);
    }
  }
}
