package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.http.reactor.H2Server;
import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2, with the TLS handshake and with prior knowledge. */
@Timeout(120)
final class AsyncHttp2Test {

  private static final int CALLS = 200;

  private record Http2(
      ApacheAsyncGuard guard, CloseableHttpAsyncClient client, ConnPoolControl<?> pool)
      implements AutoCloseable {

    static Http2 over(boolean secure) {
      PoolingAsyncClientConnectionManagerBuilder pool =
          PoolingAsyncClientConnectionManagerBuilder.create();
      if (secure) {
        pool.setTlsStrategy(new DefaultClientTlsStrategy(TlsIdentity.shared().client()));
      }
      pool.setDefaultTlsConfig(
          TlsConfig.custom()
              .setVersionPolicy(
                  secure ? HttpVersionPolicy.NEGOTIATE : HttpVersionPolicy.FORCE_HTTP_2)
              .build());
      ApacheAsyncGuard guard = ApacheAsyncGuard.create(Bed.plan());
      AsyncClientConnectionManager connections = guard.install(pool);
      CloseableHttpAsyncClient client =
          guard.install(HttpAsyncClients.custom()).setConnectionManager(connections).build();
      client.start();
      return new Http2(guard, client, (ConnPoolControl<?>) connections);
    }

    String send(String method, H2Server server, String path) throws IOException {
      try {
        return AsyncBed.text(AsyncBed.send(client, request(method, server, path)));
      } finally {
        Await.until("back", AsyncBed.SOON, () -> pool.getTotalStats().getLeased() == 0);
      }
    }

    @Override
    public void close() {
      client.close(CloseMode.IMMEDIATE);
      guard.close();
    }
  }

  private static SimpleHttpRequest request(String method, H2Server server, String path) {
    return AsyncBed.request(method, server.uri(path), path);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustAnswerEach(boolean secure) throws Exception {
    try (H2Server server = new H2Server(secure);
        Http2 http = Http2.over(secure)) {
      List<Future<SimpleHttpResponse>> answers = new ArrayList<>();
      for (int n = 0; n < CALLS; n++) {
        answers.add(
            http.client().execute(request(n % 2 == 0 ? "GET" : "POST", server, "/n" + n), null));
      }
      for (int n = 0; n < CALLS; n++) {
        assertThat(answers.get(n).get(20, TimeUnit.SECONDS).getBodyText()).isEqualTo("/n" + n);
      }
      assertThat(http.guard().open()).isBetween(1, 5); // the pool's own limit for a route
      assertThat(http.guard().health().well()).isTrue();
    }
  }

  /** What a server says it has not processed is sent again, whatever it is. */
  @ParameterizedTest
  @CsvSource({"REFUSED, false", "REFUSED, true", "GOAWAY, false", "GOAWAY, true"})
  void mustSendAPostAgainThatWasNeverProcessed(Fate fate, boolean secure) throws IOException {
    try (H2Server server = new H2Server(secure);
        Http2 http = Http2.over(secure)) {
      http.send("GET", server, "/first");
      server.next(fate);
      assertThat(http.send("POST", server, "/pay")).isEqualTo("/pay");
      assertThat(server.executions("/pay")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERNAL_ERROR", "ENHANCE_YOUR_CALM", "CANCEL", "CLOSED"})
  void mustNotSendAPostAgainThatMayHaveRun(Fate fate) throws IOException {
    try (H2Server server = new H2Server(false);
        Http2 http = Http2.over(false)) {
      http.send("GET", server, "/first");
      server.next(fate);
      assertThatThrownBy(() -> http.send("POST", server, "/pay"))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/pay")).isEqualTo(1);
      http.send("GET", server, "/again");
      server.next(fate);
      assertThat(http.send("GET", server, "/read")).isEqualTo("/read");
    }
  }
}
