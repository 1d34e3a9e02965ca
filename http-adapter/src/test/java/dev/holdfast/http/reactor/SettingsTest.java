package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SettingsSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** What a user sets on the pool or the client is in force beside the guard. */
final class SettingsTest {

  private ReactorHttpGuard guard;

  @BeforeEach
  void begin() {
    guard =
        ReactorHttpGuard.custom(HttpBed.plan()).name("settings").evictEvery(Duration.ZERO).build();
  }

  @AfterEach
  void end() {
    guard.close();
  }

  private static ConnectionProvider.Builder pools() {
    return ConnectionProvider.builder("settings").maxConnections(1).pendingAcquireMaxCount(-1);
  }

  private ConnectionProvider pool(
      boolean guarded, UnaryOperator<ConnectionProvider.Builder> users) {
    ConnectionProvider.Builder builder = users.apply(pools());
    return guarded ? guard.provider(builder) : builder.build();
  }

  private HttpClient client(boolean guarded, ConnectionProvider pool) {
    HttpClient client = HttpClient.create(pool);
    return guarded ? guard.install(client) : client;
  }

  private static String get(HttpClient client, String uri) {
    return client
        .get()
        .uri(uri)
        .responseSingle(HttpBed::answer)
        .blockOptional(HttpBed.SOON)
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNotUseAConnectionPastTheUsersIdleTime(boolean guarded) {
    ConnectionProvider pool = pool(guarded, b -> b.maxIdleTime(Duration.ofMillis(200)));
    try (FaultServer server = FaultServer.plain()) {
      HttpClient client = client(guarded, pool);
      get(client, server.uri("/a"));
      Await.idle(Duration.ofMillis(260));
      get(client, server.uri("/b"));
      assertThat(server.connections()).isEqualTo(2);
    } finally {
      pool.dispose();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustNotUseAConnectionPastTheUsersLifeTime(boolean guarded) {
    ConnectionProvider pool = pool(guarded, b -> b.maxLifeTime(Duration.ofMillis(200)));
    try (FaultServer server = FaultServer.plain()) {
      HttpClient client = client(guarded, pool);
      get(client, server.uri("/a"));
      Await.idle(Duration.ofMillis(260));
      get(client, server.uri("/b"));
      assertThat(server.connections()).isEqualTo(2);
    } finally {
      pool.dispose();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustLookOverIdleConnectionsAsOftenAsTheUserSays(boolean guarded) {
    ConnectionProvider pool =
        pool(
            guarded,
            b -> b.maxIdleTime(Duration.ofMillis(100)).evictInBackground(Duration.ofMillis(50)));
    try (FaultServer server = FaultServer.plain()) {
      get(client(guarded, pool), server.uri("/a"));
      Await.until("evicted", HttpBed.SOON, () -> server.open() == 0);
    } finally {
      pool.dispose();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustAskTheUsersOwnRule(boolean guarded) {
    AtomicInteger asked = new AtomicInteger();
    ConnectionProvider pool =
        pool(
            guarded,
            b ->
                b.evictionPredicate(
                    (connection, metadata) ->
                        asked.incrementAndGet() > 0 && metadata.acquireCount() >= 2));
    try (FaultServer server = FaultServer.plain()) {
      HttpClient client = client(guarded, pool);
      for (int i = 0; i < 4; i++) {
        get(client, server.uri("/a"));
      }
      assertThat(asked).hasPositiveValue();
      assertThat(server.connections()).isEqualTo(2);
    } finally {
      pool.dispose();
    }
  }

  @Test
  void mustLeaveTheUsersBuilderAsItIs() {
    ConnectionProvider.Builder builder = pools();
    guard.provider(builder).dispose();
    try (FaultServer server = FaultServer.plain()) {
      ConnectionProvider bare = builder.build();
      HttpClient client = HttpClient.create(bare);
      get(client, server.uri("/a"));
      get(client, server.uri("/b"));
      assertThat(server.connections()).isEqualTo(1);
      bare.dispose();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustSendNothingAgainWhereTheUserDisabledIt(boolean h2) {
    ConnectionProvider pool = pool(true, b -> b);
    try (H2Server server = new H2Server(false);
        FaultServer plain = FaultServer.plain()) {
      HttpClient client = client(true, pool).disableRetry(true);
      client = h2 ? client.protocol(HttpProtocol.H2C) : client;
      String uri = h2 ? server.uri("/x") : plain.uri("/x");
      get(client, uri);
      server.next(Fate.CLOSED);
      plain.next(new Exchange.Unanswered(Ending.FIN));
      HttpClient once = client;
      assertThatThrownBy(() -> get(once, uri)).hasMessageContaining("BEFORE response");
      assertThat(server.executions("/x") + plain.executions("/x")).isEqualTo(2);
      get(client, uri);
      server.next(Fate.REFUSED);
      get(client, uri); // was not sent, so that it is not sent again
    } finally {
      pool.dispose();
    }
  }

  /** Reactor Netty has these settings since 1.2.12. */
  private static void ping(Http2SettingsSpec.Builder settings, Duration timeout, int attempts) {
    try {
      Class<Http2SettingsSpec.Builder> type = Http2SettingsSpec.Builder.class;
      type.getMethod("pingAckTimeout", Duration.class).invoke(settings, timeout);
      type.getMethod("pingAckDropThreshold", int.class).invoke(settings, attempts);
    } catch (ReflectiveOperationException older) {
      Assumptions.abort("this version of Reactor Netty sends no PING");
    }
  }

  /** A server that is there and answers no PING: the user wants such a connection closed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustSendPingAsTheUserSays(boolean guarded) {
    ConnectionProvider pool = pool(guarded, b -> b.maxIdleTime(Duration.ofMillis(150)));
    try (H2Server server = new H2Server(false).withoutPingAnswers()) {
      HttpClient client =
          client(guarded, pool)
              .protocol(HttpProtocol.H2C)
              .http2Settings(s -> ping(s, Duration.ofMillis(100), 2));
      get(client, server.uri("/a"));
      Await.until("closed", HttpBed.SOON, () -> server.open() == 0);
      assertThat(server.pings()).isEqualTo(2);
      get(client, server.uri("/b"));
      assertThat(server.connections()).isEqualTo(2);
    } finally {
      pool.dispose();
    }
  }

  /** The only request so far was sent before HTTP/2 was spoken. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustSendPingOverAConnectionThatWasUpgraded(boolean guarded) throws Exception {
    ConnectionProvider pool = pool(guarded, b -> b.maxIdleTime(Duration.ofMillis(150)));
    AtomicReference<Channel> servers = new AtomicReference<>();
    AtomicReference<Channel> clients = new AtomicReference<>();
    CountDownLatch over = new CountDownLatch(1);
    LoopResources loop = LoopResources.create("server", 1, true);
    DisposableServer server =
        HttpServer.create()
            .runOn(loop)
            .host("127.0.0.1")
            .port(0)
            .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
            .doOnConnection(connection -> servers.set(connection.channel()))
            .handle((request, response) -> response.send())
            .bindNow();
    try {
      HttpClient client =
          client(guarded, pool)
              .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
              .http2Settings(s -> ping(s, Duration.ofMillis(100), 2))
              .doOnResponse((response, connection) -> clients.set(connection.channel().parent()));
      client.get().uri("http://127.0.0.1:" + server.port() + "/").response().block(HttpBed.SOON);
      Objects.requireNonNull(servers.get())
          .eventLoop()
          .execute(() -> awaitQuietly(over)); // and PING has no answer
      assertThat(Objects.requireNonNull(clients.get()).closeFuture().await(20, TimeUnit.SECONDS))
          .isTrue();
    } finally {
      over.countDown();
      pool.dispose();
      server.disposeNow();
      loop.disposeLater().block(HttpBed.SOON);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustKeepAConnectionWhosePingIsAnswered(boolean guarded) {
    ConnectionProvider pool = pool(guarded, b -> b.maxIdleTime(Duration.ofMillis(100)));
    try (H2Server server = new H2Server(false)) {
      HttpClient client =
          client(guarded, pool)
              .protocol(HttpProtocol.H2C)
              .http2Settings(s -> ping(s, Duration.ofSeconds(5), 1));
      get(client, server.uri("/a"));
      Await.until("asked", HttpBed.SOON, () -> server.pings() >= 3);
      get(client, server.uri("/b"));
      assertThat(server.connections()).isEqualTo(1);
    } finally {
      pool.dispose();
    }
  }

  /** More calls than streams: those that wait are served too. */
  @ParameterizedTest
  @ValueSource(strings = {"bare h2", "guarded h2", "bare", "guarded"})
  void mustServeWhatWaitsWithinTheDisposeTimeout(String kind) {
    boolean guarded = kind.startsWith("guarded");
    boolean h2 = kind.endsWith("h2");
    ConnectionProvider pool = pool(guarded, b -> b.disposeTimeout(HttpBed.SOON));
    var few = io.netty.handler.codec.http2.Http2Settings.defaultSettings().maxConcurrentStreams(1);
    try (H2Server server = new H2Server(false, few);
        FaultServer plain = FaultServer.plain()) {
      HttpClient client = client(guarded, pool);
      client = h2 ? client.protocol(HttpProtocol.H2C) : client;
      String uri = h2 ? server.uri("/x") : plain.uri("/x");
      get(client, uri);
      if (h2) {
        server.next(Fate.LATE);
      }
      plain.freeze();
      List<CompletableFuture<String>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(client.get().uri(uri).responseSingle(HttpBed::answer).toFuture());
      }
      Await.idle(Duration.ofMillis(100));
      var disposed = pool.disposeLater().toFuture();
      Await.idle(Duration.ofMillis(100));
      plain.thaw();
      calls.forEach(call -> assertThat(call).succeedsWithin(HttpBed.SOON).isEqualTo("200 /x"));
      assertThat(disposed).succeedsWithin(HttpBed.SOON);
      Await.until("closed", HttpBed.SOON, () -> server.open() == 0 && plain.open() == 0);
    }
  }
}
