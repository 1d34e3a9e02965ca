package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** A response that its caller keeps must not keep the connection it came over. */
final class KeptResponseTest {

  /** A client that hands on the guard's own state of its latest call. */
  private static final class Client {

    private final AtomicReference<Call> latest = new AtomicReference<>();
    private final HttpClient client;

    Client(HttpBed bed, HttpProtocol protocol) {
      HttpClient below =
          HttpClient.create(bed.pool)
              .mapConnect(
                  once ->
                      Mono.deferContextual(
                          context -> {
                            latest.set(context.get(Call.class));
                            return once;
                          }));
      client = bed.guard.install(below).protocol(protocol);
    }

    void mustKeepNothingOf(String uri) {
      HttpClientResponse kept =
          client
              .get()
              .uri(uri)
              .responseSingle((response, body) -> body.asString().thenReturn(response))
              .blockOptional(HttpBed.SOON)
              .orElseThrow();
      Call call = Objects.requireNonNull(latest.get());
      Await.until("forgotten", HttpBed.SOON, () -> call.latest() == null);
      assertThat(call.lost()).isNull();
      assertThat(call.sentBefore()).isNull();
      assertThat(kept.status().code()).isEqualTo(200);
    }
  }

  @Test
  void mustKeepNoConnectionOnceItIsAnswered() {
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      Client client = new Client(bed, HttpProtocol.HTTP11);
      client.mustKeepNothingOf(server.uri("/first"));
      server.next(new Exchange.Unanswered(Ending.FIN));
      client.mustKeepNothingOf(server.uri("/x"));
      assertThat(server.executions("/x")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"ANSWERED", "REFUSED", "GOAWAY", "CANCEL"})
  void mustKeepNoConnectionOfHttp2OnceItIsAnswered(Fate fate) {
    try (H2Server server = new H2Server(false);
        HttpBed bed = new HttpBed()) {
      Client client = new Client(bed, HttpProtocol.H2C);
      client.mustKeepNothingOf(server.uri("/first"));
      server.next(fate);
      client.mustKeepNothingOf(server.uri("/x"));
    }
  }
}
