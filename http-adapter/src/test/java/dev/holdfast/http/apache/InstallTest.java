package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.Test;

/** A guard in one half of a client only, in no client it knows, and in a framework's. */
final class InstallTest {

  private final ApacheHttpGuard guard = ApacheHttpGuard.create(Bed.plan());

  private static PoolingHttpClientConnectionManagerBuilder pool() {
    return PoolingHttpClientConnectionManagerBuilder.create();
  }

  private static int get(CloseableHttpClient client, String uri) throws IOException {
    return client.execute(
        new HttpGet(uri),
        response -> {
          EntityUtils.consume(response.getEntity());
          return response.getCode();
        });
  }

  private void assertTold(HttpClientBuilder builder, boolean told) throws IOException {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient client = builder.build()) {
      for (int i = 0; i < 2; i++) {
        assertThat(get(client, server.uri("/"))).isEqualTo(200);
      }
      assertThat(guard.isHalfInstalled()).isEqualTo(told);
    }
  }

  @Test
  void mustSayNothingOfAWholeInstallation() throws IOException {
    assertTold(
        guard.install(HttpClients.custom()).setConnectionManager(guard.install(pool())), false);
  }

  @Test
  void mustTellOfAPoolWithoutItsClient() throws IOException {
    assertTold(HttpClients.custom().setConnectionManager(guard.install(pool())), true);
  }

  @Test
  void mustTellOfAClientWithoutItsPool() throws IOException {
    assertTold(guard.install(HttpClients.custom()), true);
  }

  @Test
  void mustTellOfTwoGuardsInOneClient() throws IOException {
    ApacheHttpGuard other = ApacheHttpGuard.create(Bed.plan());
    assertTold(
        other.install(HttpClients.custom()).setConnectionManager(guard.install(pool())), true);
  }

  @Test
  void mustRefuseAClientItDoesNotKnowByName() {
    assertThatThrownBy(() -> Installation.require(HttpClientContext.class, "since6"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("httpclient5 5.4 or later");
    Installation.requireSupportedClient();
  }

  @Test
  void mustGuardAClientThatAFrameworkBuilds() throws IOException {
    try (FaultServer server = FaultServer.plain()) {
      var poolBuilder = pool();
      guard.poolCustomizer().accept(poolBuilder);
      HttpClientBuilder builder = HttpClients.custom().setConnectionManager(poolBuilder.build());
      guard.clientCustomizer().accept(builder);
      try (CloseableHttpClient client = builder.build()) {
        get(client, server.uri("/first"));
        server.next(new Exchange.Unanswered(Ending.RST));
        assertThat(get(client, server.uri("/second"))).isEqualTo(200);
        assertThat(guard.isHalfInstalled()).isFalse();
        assertThat(guard.snapshots()).isNotEmpty();
      }
    }
  }

  /** On whatever thread, and with others made in between. */
  @Test
  void mustKnowAPoolThatAFrameworkHasBuilt() throws Exception {
    var poolBuilder = pool();
    CompletableFuture.runAsync(() -> guard.poolCustomizer().accept(poolBuilder)).get();
    HttpClientBuilder builder = HttpClients.custom().setConnectionManager(poolBuilder.build());
    guard.poolCustomizer().accept(pool());
    guard.clientCustomizer().accept(builder);
    assertTold(builder, false);
  }

  @Test
  void mustTellWhichPoolsAreGuarded() {
    var customized = pool();
    guard.poolCustomizer().accept(customized);
    assertThat(ApacheHttpGuard.isInstalledIn(customized.build())).isTrue();
    assertThat(ApacheHttpGuard.isInstalledIn(guard.install(pool()))).isTrue();
    assertThat(ApacheHttpGuard.isInstalledIn(pool().build())).isFalse();
    assertThat(ApacheHttpGuard.isInstalledIn(new BasicHttpClientConnectionManager())).isFalse();
  }

  @Test
  void mustMakeItsConnectionsWithTheUsersFactory() throws IOException {
    AtomicInteger made = new AtomicInteger();
    HttpClientBuilder builder =
        guard
            .install(HttpClients.custom())
            .setConnectionManager(
                guard.install(
                    pool()
                        .setConnectionFactory(
                            socket -> {
                              made.incrementAndGet();
                              return ManagedHttpClientConnectionFactory.INSTANCE.createConnection(
                                  socket);
                            })));
    assertTold(builder, false);
    assertThat(made).hasValue(1);
  }

  @Test
  void mustTellOfAFrameworksPoolWithoutItsClient() throws IOException {
    var poolBuilder = pool();
    guard.poolCustomizer().accept(poolBuilder);
    assertTold(HttpClients.custom().setConnectionManager(poolBuilder.build()), true);
    assertThatThrownBy(() -> guard.clientCustomizer().accept(HttpClients.custom()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("poolCustomizer()");
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
    ApacheHttpGuard gated = ApacheHttpGuard.custom(Bed.plan()).gate(gate).build();
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient client =
            gated
                .install(HttpClients.custom())
                .setConnectionManager(gated.install(pool().setDefaultConnectionConfig(config)))
                .build()) {
      assertThat(get(client, server.uri("/"))).isEqualTo(200);
      assertThat(timeouts)
          .singleElement()
          .matches(nanos -> nanos > 0 && nanos <= TimeUnit.SECONDS.toNanos(9));
    }
  }
}
