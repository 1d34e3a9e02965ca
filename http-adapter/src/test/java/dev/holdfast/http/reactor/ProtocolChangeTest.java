package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.lab.http.FaultServer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** After a change of protocol a connection is the client's alone. */
final class ProtocolChangeTest {

  private static final List<String> SAID = List.of("one", "two", "three");

  private final AtomicReference<Channel> carrier = new AtomicReference<>();

  private DisposableServer server(boolean secure) {
    HttpServer plain =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
            .doOnConnection(connection -> carrier.set(connection.channel()))
            .route(
                routes ->
                    routes
                        .get("/get", (request, response) -> response.sendString(Mono.just("got")))
                        .ws(
                            "/ws",
                            (in, out) ->
                                out.sendString(
                                    Flux.concat(Mono.just("welcome"), in.receive().asString()))));
    return (secure
            ? plain
                .protocol(HttpProtocol.HTTP11)
                .secure(tls -> tls.sslContext(ssl(TlsIdentity.shared().server(), false)))
            : plain)
        .bindNow();
  }

  private static JdkSslContext ssl(javax.net.ssl.SSLContext context, boolean client) {
    return new JdkSslContext(
        context,
        client,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        null,
        ClientAuth.NONE,
        null,
        false);
  }

  private static HttpClient trusting(HttpClient client, boolean secure) {
    return secure
        ? client.secure(tls -> tls.sslContext(ssl(TlsIdentity.shared().client(), true)))
        : client;
  }

  private static List<String> talk(HttpClient client, DisposableServer server, boolean secure) {
    Flux<String> said =
        Flux.concat(Flux.just("one", "two"), Mono.just("three").delaySubscription(HttpBed.IDLE));
    return client
        .websocket()
        .uri((secure ? "wss" : "ws") + "://127.0.0.1:" + server.port() + "/ws")
        .handle((in, out) -> out.sendString(said).then().thenMany(in.receive().asString()))
        .take(4)
        .collectList()
        .blockOptional(HttpBed.SOON)
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustLeaveAWebsocketToTheClient(boolean secure) {
    DisposableServer server = server(secure);
    try (HttpBed bed = new HttpBed(HttpBed.plan(), s -> s, c -> trusting(c, secure))) {
      List<String> bare = talk(trusting(HttpClient.newConnection(), secure), server, secure);
      assertThat(String.join("", bare)).isEqualTo("welcome" + String.join("", SAID));
      assertThat(talk(bed.client, server, secure)).isEqualTo(bare);
      assertThat(talk(bed.client, server, secure)).isEqualTo(bare);
      String uri = (secure ? "https" : "http") + "://127.0.0.1:" + server.port() + "/get";
      assertThat(bed.get(uri)).isEqualTo("200 got");
      assertThat(bed.swaps).isEmpty();
    } finally {
      server.disposeNow();
    }
  }

  @Test
  void mustSayThatAWebsocketWasReset() {
    DisposableServer server = server(false);
    try (HttpBed bed = new HttpBed()) {
      var heard =
          bed.client
              .websocket()
              .uri("ws://127.0.0.1:" + server.port() + "/ws")
              .receive()
              .asString()
              .doOnNext(
                  welcome -> {
                    Channel channel = Objects.requireNonNull(carrier.get());
                    channel.eventLoop().execute(() -> reset(channel));
                  })
              .collectList()
              .materialize()
              .blockOptional(HttpBed.SOON);
      assertThat(heard).isPresent();
      assertThat(bed.swaps(1)).hasSize(1);
      assertThat(bed.swaps.get(0).cause()).isEqualTo(dev.holdfast.diagnosis.Cause.PEER_RESET);
    } finally {
      server.disposeNow();
    }
  }

  private static void reset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.unsafe().closeForcibly();
  }

  @Test
  void mustLeaveAWebsocketAloneWhenItsPoolIsDisposed() {
    DisposableServer server = server(false);
    HttpBed bed = new HttpBed();
    CountDownLatch welcome = new CountDownLatch(1);
    try {
      var heard =
          bed.client
              .websocket()
              .uri("ws://127.0.0.1:" + server.port() + "/ws")
              .handle(
                  (in, out) ->
                      out.sendString(Mono.just("late").delaySubscription(Duration.ofMillis(600)))
                          .then()
                          .thenMany(in.receive().asString()))
              .doOnNext(said -> welcome.countDown())
              .take(2)
              .collectList()
              .toFuture();
      Await.until("up", HttpBed.SOON, () -> welcome.getCount() == 0);
      bed.pool.disposeLater().block(HttpBed.SOON);
      assertThat(heard).succeedsWithin(HttpBed.SOON).isEqualTo(List.of("welcome", "late"));
    } finally {
      bed.guard.close();
      server.disposeNow();
    }
  }

  /** The answer to the request that upgrades comes on a stream. */
  @ParameterizedTest
  @CsvSource({"1", "20"})
  void mustServeCallsOverAConnectionUpgradedToHttp2(int calls) {
    DisposableServer server = server(false);
    try (HttpBed bed =
        new HttpBed(
            HttpBed.plan(), s -> s, c -> c.protocol(HttpProtocol.HTTP11, HttpProtocol.H2C))) {
      for (int i = 0; i < calls; i++) {
        assertThat(bed.get("http://127.0.0.1:" + server.port() + "/get")).isEqualTo("200 got");
      }
      Await.idle(HttpBed.IDLE);
      assertThat(bed.get("http://127.0.0.1:" + server.port() + "/get")).isEqualTo("200 got");
      assertThat(bed.swaps).isEmpty();
    } finally {
      server.disposeNow();
    }
  }

  /** RFC 9112, section 2.2. */
  @Test
  void mustNotGiveUpAConnectionForAnEmptyLine() {
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/first"));
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 1);
      server.disturbIdle(
          () -> "\r\n".getBytes(StandardCharsets.US_ASCII), dev.holdfast.lab.http.Ending.OPEN);
      assertThat(bed.post(server.uri("/x"), "x")).isEqualTo("200 /x");
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 1);
      server.disturbIdle(
          () -> "\n\r\n".getBytes(StandardCharsets.US_ASCII), dev.holdfast.lab.http.Ending.OPEN);
      Await.idle(Duration.ofMillis(50));
      assertThat(bed.post(server.uri("/y"), "x")).isEqualTo("200 /y");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps).isEmpty();
    }
  }
}
