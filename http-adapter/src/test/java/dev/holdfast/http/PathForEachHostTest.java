package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.guard.Guard;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** One guard, two ways: what one host's connections may not do any more, the other's still may. */
final class PathForEachHostTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Past the 0.8 s that connections over the short way may be idle. */
  private static final Duration IDLE = Duration.ofMillis(1_150);

  private static final ConnectionPlan UNLIMITED = NetworkPath.parse("lab:timeout=none").plan();
  private static final ConnectionPlan SHORT =
      NetworkPath.parse("farm:idle=2s -> lab:timeout=none").plan();

  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();

  private enum Client {
    HC5,
    REACTOR
  }

  private interface Caller extends AutoCloseable {
    String send(String method, String uri) throws IOException;

    @Override
    void close() throws IOException;
  }

  private static <B extends HttpGuardBuilder<B>> B paths(B guard) {
    return guard.meterRegistry(new SimpleMeterRegistry()).planFor("localhost", SHORT);
  }

  private Caller caller(Client client) {
    return client == Client.HC5 ? apache() : reactor();
  }

  private Caller apache() {
    ApacheHttpGuard guard = paths(ApacheHttpGuard.custom(UNLIMITED)).build();
    told(guard);
    guard.onSwap(swaps::add);
    CloseableHttpClient http =
        guard
            .install(HttpClients.custom())
            .setConnectionManager(guard.install(PoolingHttpClientConnectionManagerBuilder.create()))
            .build();
    return new Caller() {
      @Override
      public String send(String method, String uri) throws IOException {
        return http.execute(
            new HttpUriRequestBase(method, URI.create(uri)),
            answer -> EntityUtils.toString(answer.getEntity()));
      }

      @Override
      public void close() throws IOException {
        http.close();
        guard.close();
      }
    };
  }

  private Caller reactor() {
    ReactorHttpGuard guard = paths(ReactorHttpGuard.custom(UNLIMITED)).build();
    told(guard);
    guard.onSwap(swaps::add);
    ConnectionProvider pool = guard.provider(ConnectionProvider.builder("hosts").maxConnections(1));
    HttpClient http = guard.install(HttpClient.create(pool));
    return new Caller() {
      @Override
      public String send(String method, String uri) {
        return http.request(HttpMethod.valueOf(method))
            .uri(uri)
            .responseSingle((head, body) -> body.asString().defaultIfEmpty(""))
            .blockOptional(SOON)
            .orElseThrow();
      }

      @Override
      public void close() {
        pool.disposeLater().block(SOON);
        guard.close();
      }
    };
  }

  private static void told(Guard guard) {
    assertThat(guard.plan()).isSameAs(UNLIMITED);
    assertThat(guard.plans()).containsEntry("localhost", SHORT).containsEntry("*", UNLIMITED);
    assertThat(guard.idleBound().age()).isEqualTo(SHORT.maxIdleAge());
  }

  @ParameterizedTest
  @EnumSource
  void mustGoByThePathOfItsHost(Client client) throws Exception {
    try (FaultServer server = FaultServer.plain();
        Caller caller = caller(client)) {
      String direct = "http://127.0.0.1:" + server.port();
      String farm = "http://localhost:" + server.port();
      caller.send("GET", direct + "/a");
      caller.send("GET", farm + "/b");
      Await.until("both idle", SOON, () -> server.idle() == 2);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(swaps).isEmpty();

      Await.idle(IDLE);
      caller.send("POST", direct + "/c");
      assertThat(server.connections()).isEqualTo(2);
      caller.send("POST", farm + "/d");
      assertThat(server.connections()).isEqualTo(3);
      Await.until("told", SOON, () -> !swaps.isEmpty()); // on the connection's event loop
      assertThat(swaps).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }
}
