package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.netty.handler.timeout.ReadTimeoutException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** How a guard gets into a client, and out of it. */
final class InstallTest {

  /** A machine that stands still for two seconds is no slow server. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final FaultServer server = FaultServer.plain();

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void mustRefuseAClientWhosePoolIsNotItsOwn() {
    ReactorHttpGuard guard = ReactorHttpGuard.create(HttpBed.plan());
    assertThatThrownBy(() -> guard.install(HttpClient.create()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("guard.provider");
    ReactorHttpGuard other = ReactorHttpGuard.create(HttpBed.plan());
    ConnectionProvider pool = other.provider(ConnectionProvider.builder("x"));
    assertThatThrownBy(() -> guard.install(HttpClient.create(pool)))
        .isInstanceOf(IllegalStateException.class);
    pool.dispose();
  }

  @Test
  void mustRefuseToBeInstalledTwice() {
    try (HttpBed bed = new HttpBed()) {
      assertThatThrownBy(() -> bed.guard.install(bed.client.baseUrl("/x")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("once");
      assertThatThrownBy(() -> bed.guard.provider(bed.pool))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> bed.guard.provider(ConnectionProvider.newConnection()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void mustTakeTheSettingsOfAnExistingPool() {
    try (HttpBed bed = new HttpBed()) {
      ConnectionProvider users = ConnectionProvider.builder("users").maxConnections(3).build();
      ConnectionProvider pool = bed.guard.provider(users);
      assertThat(pool.maxConnections()).isEqualTo(3);
      assertThat(pool.name()).isEqualTo("users");
      pool.dispose();
      users.dispose();
    }
  }

  /**
   * As Spring does: a pool of its own, a client with its own timeouts, and customizers for both.
   */
  @Test
  void mustGuardAClientThatAFrameworkBuilds() {
    ReactorHttpGuard guard = ReactorHttpGuard.create(HttpBed.plan());
    ConnectionProvider frameworks = ConnectionProvider.create("framework", 1);
    UnaryOperator<ConnectionProvider> poolCustomizer = guard::provider;
    UnaryOperator<HttpClient> clientCustomizer = guard::install;
    ConnectionProvider pool = poolCustomizer.apply(frameworks);
    try (FaultServer server = FaultServer.plain()) {
      HttpClient client = clientCustomizer.apply(HttpClient.create(pool).responseTimeout(PATIENCE));
      assertThat(answer(client, server.uri("/first"))).isEqualTo("200 /first");
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThat(answer(client, server.uri("/x"))).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(2);
      server.freeze();
      assertThatThrownBy(() -> answer(client, server.uri("/y")))
          .isInstanceOf(ReadTimeoutException.class);
      server.thaw();
    } finally {
      pool.dispose();
      frameworks.dispose();
      guard.close();
    }
  }

  /** It may take several servers in turn. */
  @Test
  void mustAskAUsersAddressAsOftenAsABareClient() {
    AtomicInteger bare = new AtomicInteger();
    ConnectionProvider pool = ConnectionProvider.create("bare", 1);
    callThrice(HttpClient.create(pool), bare);
    pool.dispose();
    AtomicInteger guarded = new AtomicInteger();
    try (HttpBed bed = new HttpBed()) {
      callThrice(bed.client, guarded);
    }
    assertThat(guarded.get()).isEqualTo(bare.get()).isPositive();
  }

  private void callThrice(HttpClient client, AtomicInteger asked) {
    InetSocketAddress to = InetSocketAddress.createUnresolved("localhost", server.port());
    HttpClient counted =
        client
            .keepAlive(false)
            .remoteAddress(
                () -> {
                  asked.incrementAndGet();
                  return to;
                });
    for (int i = 0; i < 3; i++) {
      assertThat(answer(counted, "/x")).isEqualTo("200 /x");
    }
  }

  private static @Nullable String answer(HttpClient client, String uri) {
    return client.get().uri(uri).responseSingle(HttpBed::answer).block(HttpBed.SOON);
  }

  /** A pool whose client has no guard serves it as any other, and says what is missing. */
  @Test
  void mustTellOfAPoolWhoseClientHasNoGuard() {
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/x"));
      assertThat(bed.guard.installation().isHalf()).isFalse();
      HttpClient forgotten = HttpClient.create(bed.pool);
      for (HttpProtocol protocol : List.of(HttpProtocol.HTTP11, HttpProtocol.H2C)) {
        assertThat(
                forgotten
                    .protocol(HttpProtocol.HTTP11, protocol)
                    .get()
                    .uri(server.uri("/x"))
                    .responseSingle(HttpBed::answer)
                    .block(HttpBed.SOON))
            .startsWith("200");
        assertThat(bed.guard.installation().isHalf()).isTrue();
      }
    }
  }

  @Test
  void mustGuardOverNioAsFarAsItGoes() {
    LoopResources nio = LoopResources.create("nio", 1, 1, true);
    try (HttpBed bed = new HttpBed(HttpBed.plan(), s -> s, client -> client.runOn(nio, false))) {
      bed.get(server.uri("/a"));
      Await.until("idle", HttpBed.SOON, () -> server.idle() == 1);
      server.farewellIdle();
      assertThat(bed.swaps(1)).hasSize(1);
      assertThat(bed.post(server.uri("/b"), "x")).isEqualTo("200 /b");
      assertThat(bed.guard.snapshots()).isEmpty();
      assertThat(server.connections()).isEqualTo(2);
    } finally {
      nio.dispose();
    }
  }

  @Test
  void mustMeterTheIdleAgeAtUse() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/a"));
      var age = bed.registry.get("holdfast.idle.age").timer();
      assertThat(age.count()).isZero();
      Await.idle(HttpBed.IDLE);
      bed.get(server.uri("/b"));
      assertThat(age.count()).isEqualTo(1);
      assertThat(age.max(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(1_000);
    }
  }

  @Test
  void mustHandARefusalOfTheGateToTheCaller() {
    AtomicInteger asked = new AtomicInteger();
    ConnectGate shut =
        (remote, timeout) -> {
          asked.incrementAndGet();
          return new Admission.Refused(new BindException("no port left"), 0);
        };
    try (HttpBed bed = new HttpBed(HttpBed.plan(), s -> s.gate(shut), client -> client)) {
      CompletableFuture<String> call = bed.call("GET", server.uri("/x")).toFuture();
      assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(BindException.class)
          .hasMessageContaining("no port left");
      assertThat(asked).hasValue(1);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void mustRefuseAnEndpointThatIsDeclaredForTheOtherUse() {
    UsageRegistry registry = new UsageRegistry();
    try (HttpBed lasting =
            new HttpBed(
                HttpBed.plan(),
                s -> s.usage(Usage.LONG_LIVED).usageRegistry(registry),
                client -> client);
        HttpBed brief =
            new HttpBed(
                HttpBed.plan(),
                s -> s.usage(Usage.SHORT_LIVED).usageRegistry(registry),
                client -> client)) {
      lasting.get(server.uri("/a"));
      assertThatThrownBy(() -> brief.get(server.uri("/b"))).isInstanceOf(MixedUsageException.class);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void mustFailTheCallsThatWaitForADisposedPool() {
    HttpBed bed = new HttpBed();
    bed.get(server.uri("/a"));
    server.next(new Exchange.Unanswered(Ending.OPEN));
    CompletableFuture<String> running = bed.call("POST", server.uri("/b")).toFuture();
    Await.until("sent", HttpBed.SOON, () -> server.executions("/b") == 1);
    CompletableFuture<String> queued = bed.call("POST", server.uri("/c")).toFuture();
    bed.close();
    assertThat(queued).failsWithin(HttpBed.SOON);
    server.close();
    assertThat(running).failsWithin(HttpBed.SOON);
    assertThat(server.executions("/b")).isEqualTo(1);
  }

  @Test
  void mustCloseTheConnectionOfACancelledCallAndSayNothingOfIt() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/a"));
      server.next(new Exchange.Unanswered(Ending.OPEN));
      CompletableFuture<String> call = bed.call("POST", server.uri("/b")).toFuture();
      Await.until("sent", HttpBed.SOON, () -> server.executions("/b") == 1);
      call.cancel(true);
      assertThat(bed.get(server.uri("/c"))).isEqualTo("200 /c");
      assertThat(bed.swaps).isEmpty();
    }
  }

  /** The pool of one is given back whenever the call is cancelled, also while it is proved. */
  @Test
  void mustNotLoseAConnectionToACallCancelledBeforeItWasProved() {
    try (HttpBed bed = new HttpBed()) {
      bed.get(server.uri("/a"));
      Await.idle(HttpBed.IDLE);
      for (int i = 0; i < 20; i++) {
        CompletableFuture<String> call = bed.call("POST", server.uri("/b")).toFuture();
        Await.idle(Duration.ofMillis(i / 4));
        call.cancel(true);
      }
      assertThat(bed.get(server.uri("/c"))).isEqualTo("200 /c");
    }
  }

  @Test
  void mustLeaveATimeoutOfTheUsersAsItIs() {
    try (HttpBed bed =
        new HttpBed(HttpBed.plan(), s -> s, client -> client.responseTimeout(PATIENCE))) {
      bed.get(server.uri("/a"));
      server.freeze();
      assertThatThrownBy(() -> bed.post(server.uri("/b"), "x"))
          .isInstanceOf(ReadTimeoutException.class);
      server.thaw();
      assertThat(bed.get(server.uri("/c"))).isEqualTo("200 /c");
    }
  }
}
