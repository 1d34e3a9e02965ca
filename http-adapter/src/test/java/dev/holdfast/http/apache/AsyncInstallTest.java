package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guard in one half of a client only, and in a framework's. */
@Timeout(120)
final class AsyncInstallTest {

  private final ApacheAsyncGuard guard = ApacheAsyncGuard.create(Bed.plan());

  private static PoolingAsyncClientConnectionManagerBuilder pool() {
    return PoolingAsyncClientConnectionManagerBuilder.create();
  }

  private static int get(CloseableHttpAsyncClient client, String uri) throws IOException {
    return AsyncBed.send(client, AsyncBed.request("GET", uri, "x")).getHead().getCode();
  }

  private void assertTold(HttpAsyncClientBuilder builder, boolean told) throws IOException {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpAsyncClient client = builder.build()) {
      client.start();
      for (int i = 0; i < 2; i++) {
        assertThat(get(client, server.uri("/"))).isEqualTo(200);
      }
      assertThat(guard.health().well()).isEqualTo(!told);
    }
  }

  @Test
  void mustSayNothingOfAWholeInstallation() throws IOException {
    assertTold(
        guard.install(HttpAsyncClients.custom()).setConnectionManager(guard.install(pool())),
        false);
  }

  @Test
  void mustTellOfAPoolWithoutItsClient() throws IOException {
    assertTold(HttpAsyncClients.custom().setConnectionManager(guard.install(pool())), true);
  }

  @Test
  void mustTellOfAClientWithoutItsPool() throws IOException {
    assertTold(guard.install(HttpAsyncClients.custom()), true);
  }

  @Test
  void mustTellOfTwoGuardsInOneClient() throws IOException {
    ApacheAsyncGuard other = ApacheAsyncGuard.create(Bed.plan());
    assertTold(
        other.install(HttpAsyncClients.custom()).setConnectionManager(guard.install(pool())), true);
  }

  @Test
  void mustRefuseABuilderThatHasOne() {
    HttpAsyncClientBuilder builder = guard.install(HttpAsyncClients.custom());
    assertThatThrownBy(() -> guard.install(builder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("install one guard, once");
  }

  @Test
  void mustGuardAClientThatAFrameworkBuilds() throws IOException {
    try (FaultServer server = FaultServer.plain()) {
      var poolBuilder = pool();
      guard.poolCustomizer().accept(poolBuilder);
      HttpAsyncClientBuilder builder =
          HttpAsyncClients.custom().setConnectionManager(poolBuilder.build());
      guard.clientCustomizer().accept(builder);
      try (CloseableHttpAsyncClient client = builder.build()) {
        client.start();
        get(client, server.uri("/first"));
        server.next(new Exchange.Unanswered(Ending.RST));
        assertThat(get(client, server.uri("/second"))).isEqualTo(200);
        assertThat(guard.health().well()).isTrue();
        assertThat(guard.snapshots()).isNotEmpty();
      }
    }
  }

  /** On whatever thread, and with others made in between. */
  @Test
  void mustKnowAPoolThatAFrameworkHasBuilt() throws Exception {
    var poolBuilder = pool();
    CompletableFuture.runAsync(() -> guard.poolCustomizer().accept(poolBuilder)).get();
    HttpAsyncClientBuilder builder =
        HttpAsyncClients.custom().setConnectionManager(poolBuilder.build());
    ApacheAsyncGuard other = ApacheAsyncGuard.create(Bed.plan());
    var others = pool();
    other.poolCustomizer().accept(others);
    guard.poolCustomizer().accept(pool());
    guard.clientCustomizer().accept(builder);
    assertTold(builder, false);

    HttpAsyncClientBuilder foreign = HttpAsyncClients.custom().setConnectionManager(others.build());
    assertThatThrownBy(() -> guard.clientCustomizer().accept(foreign))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("poolCustomizer()");
    other.clientCustomizer().accept(foreign);
    assertTold(foreign, false);
  }

  @Test
  void mustTellOfAFrameworksPoolWithoutItsClient() {
    assertThatThrownBy(() -> guard.clientCustomizer().accept(HttpAsyncClients.custom()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("poolCustomizer()");
  }

  @Test
  void mustLetGoOfConnectionsThatTheClientCloses() throws IOException {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpAsyncClient client =
            guard
                .install(HttpAsyncClients.custom())
                .setConnectionManager(guard.install(pool()))
                .build()) {
      client.start();
      get(client, server.uri("/"));
      assertThat(guard.open()).isEqualTo(1);
    }
    Await.until("let go", AsyncBed.SOON, () -> guard.open() == 0);
  }

  @Test
  void mustTellTheUsersListenerToo() throws IOException {
    List<String> heard = new CopyOnWriteArrayList<>();
    HttpAsyncClientBuilder builder =
        HttpAsyncClients.custom().setIOSessionListener(listener(heard));
    assertTold(guard.install(builder).setConnectionManager(guard.install(pool())), false);
    assertThat(heard).contains("connected", "input", "output");
  }

  private static IOSessionListener listener(List<String> heard) {
    return new IOSessionListener() {
      @Override
      public void connected(IOSession session) {
        heard.add("connected");
      }

      @Override
      public void startTls(IOSession session) {
        heard.add("tls");
      }

      @Override
      public void inputReady(IOSession session) {
        heard.add("input");
      }

      @Override
      public void outputReady(IOSession session) {
        heard.add("output");
      }

      @Override
      public void timeout(IOSession session) {
        heard.add("timeout");
      }

      @Override
      public void exception(IOSession session, Exception thrown) {
        heard.add("exception");
      }

      @Override
      public void disconnected(IOSession session) {
        heard.add("disconnected");
      }
    };
  }

  /** Told once, to the pool: the wait at the gate and all dials have it together. */
  @Test
  void mustHonourThePoolsConnectTimeout() throws IOException {
    ConnectionConfig config =
        ConnectionConfig.custom().setConnectTimeout(9, TimeUnit.SECONDS).build();
    List<Long> timeouts = new CopyOnWriteArrayList<>();
    ConnectGate gate =
        (remote, timeoutNanos) -> {
          timeouts.add(timeoutNanos);
          return ConnectGate.open().admit(remote, timeoutNanos);
        };
    ApacheAsyncGuard gated = ApacheAsyncGuard.custom(Bed.plan()).gate(gate).build();
    try (FaultServer server = FaultServer.plain();
        CloseableHttpAsyncClient client =
            gated
                .install(HttpAsyncClients.custom())
                .setConnectionManager(gated.install(pool().setDefaultConnectionConfig(config)))
                .build()) {
      client.start();
      assertThat(get(client, server.uri("/"))).isEqualTo(200);
      assertThat(timeouts)
          .singleElement()
          .matches(nanos -> nanos > 0 && nanos <= TimeUnit.SECONDS.toNanos(9));
    }
  }

  @Test
  void mustRefuseATimeoutThatNoDialCouldMeet() {
    assertThatThrownBy(() -> ApacheAsyncGuard.custom(Bed.plan()).connectTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Fix: ");
  }
}
