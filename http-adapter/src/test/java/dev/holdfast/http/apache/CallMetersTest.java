package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.junit.jupiter.api.Test;

/** What an operator sees of the calls of a guarded HttpClient. */
final class CallMetersTest {

  private static double calls(io.micrometer.core.instrument.MeterRegistry registry) {
    return registry.get(HoldfastMeter.CALLS.meterName()).functionCounter().count();
  }

  @Test
  void mustCountEachAndThoseThatTheClientTimedOut() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = Bed.withoutClientRetries(server)) {
      for (int i = 0; i < 3; i++) {
        bed.send("GET", "fine" + i);
      }
      server.freeze();
      HttpUriRequestBase late = bed.request("POST", "late");
      late.setConfig(RequestConfig.custom().setResponseTimeout(100, TimeUnit.MILLISECONDS).build());
      assertThatThrownBy(() -> bed.send(late)).isInstanceOf(SocketTimeoutException.class);
      server.thaw();
      assertThat(calls(bed.meters())).isEqualTo(4);
      assertThat(bed.count(HoldfastMeter.TIMED_OUT)).isEqualTo(1);
    }
  }

  /** The alert on the first ambiguous call is made of this. */
  @Test
  void mustCountAsAmbiguousWhatWasSentAndThenRefused() throws Exception {
    RawServer server = new RawServer(50);
    server.serves(
        wire -> {
          wire.head();
          wire.ok("fine");
          wire.head();
          server.refuses();
        });
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    ApacheHttpGuard guard = ApacheHttpGuard.custom(Bed.plan()).meterRegistry(registry).build();
    try (guard;
        server;
        CloseableHttpClient client =
            guard
                .install(HttpClients.custom())
                .setConnectionManager(
                    guard.install(PoolingHttpClientConnectionManagerBuilder.create()))
                .build()) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
      client.execute(new HttpUriRequestBase("GET", uri), response -> response.getCode());
      HttpUriRequestBase write = new HttpUriRequestBase("DELETE", uri);
      write.addHeader("Idempotency-Key", "4711");
      assertThatThrownBy(() -> client.execute(write, response -> response.getCode()))
          .isInstanceOf(AmbiguousHttpOutcomeException.class);
      assertThat(registry.get("holdfast.calls.ambiguous.all").counter().count()).isEqualTo(1);
      assertThat(calls(registry)).isEqualTo(2);
    }
  }

  /** A read that is not sent again says that it may be. */
  @Test
  void mustSayThatAReadMayBeRepeated() throws Exception {
    RawServer server = new RawServer(50);
    server.serves(
        wire -> {
          wire.head();
          wire.ok("fine");
          wire.head();
          server.refuses();
        });
    try (server;
        CloseableHttpClient client = Pair.GUARDED.client()) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
      client.execute(new HttpUriRequestBase("GET", uri), response -> response.getCode());
      assertThatThrownBy(
              () ->
                  client.execute(
                      new HttpUriRequestBase("GET", uri), response -> response.getCode()))
          .satisfies(
              thrown ->
                  assertThat(AmbiguousOutcomeException.in(thrown).orElseThrow())
                      .hasMessageContaining(
                          "It changes nothing, was given up, and may be repeated"));
    }
  }
}
