package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The same over TLS: bytes on the wire are not bytes of HTTP. */
final class SecureTest {

  private final FaultServer server = FaultServer.tls();

  @AfterEach
  void end() {
    server.close();
  }

  private HttpBed bed() {
    SslContext trust =
        new JdkSslContext(
            server.clientContext(),
            true,
            null,
            IdentityCipherSuiteFilter.INSTANCE,
            null,
            ClientAuth.NONE,
            null,
            false);
    return new HttpBed(
        HttpBed.plan(),
        settings -> settings,
        client -> client.secure(tls -> tls.sslContext(trust)));
  }

  @Test
  void mustReuseAndProveAConnectionThatIsWell() {
    try (HttpBed bed = bed()) {
      assertThat(bed.get(server.uri("/a"))).isEqualTo("200 /a");
      Await.idle(HttpBed.IDLE);
      assertThat(bed.post(server.uri("/b"), "x")).isEqualTo("200 /b");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps).isEmpty();
      assertThat(bed.count("holdfast.probes")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"GET,FIN", "GET,RST", "DELETE,FIN"})
  void mustRepeatARequestThatMayRunTwice(String method, Ending ending) {
    try (HttpBed bed = bed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(ending));
      assertThat(bed.call(method, server.uri("/x")).block(HttpBed.SOON)).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(2);
      assertThat(bed.swaps(1)).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FIN", "RST"})
  void mustNotRepeatAPost(Ending ending) {
    try (HttpBed bed = bed()) {
      bed.get(server.uri("/first"));
      server.next(new Exchange.Unanswered(ending));
      assertThatThrownBy(() -> bed.post(server.uri("/x"), "x"))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/x")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FIN", "RST"})
  void mustNotUseAConnectionThatEndedWhileIdle(Ending ending) {
    try (HttpBed bed = bed()) {
      bed.get(server.uri("/first"));
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 1);
      server.endIdle(ending);
      assertThat(bed.swaps(1)).hasSize(1);
      assertThat(bed.post(server.uri("/x"), "x")).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(1);
    }
  }

  @Test
  void mustNotAnswerARequestWithAFarewell() {
    try (HttpBed bed = bed()) {
      bed.get(server.uri("/first"));
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 1);
      server.farewellIdle();
      assertThat(bed.post(server.uri("/x"), "x")).isEqualTo("200 /x");
    }
  }
}
