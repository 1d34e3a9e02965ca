package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Loopback;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.RouteInfo.LayerType;
import org.apache.hc.client5.http.RouteInfo.TunnelType;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.routing.HttpRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server takes no connection any more and goes on with those it has, as while it is drained: a
 * call whose connection ends there goes to another one that the pool holds.
 */
final class DrainTest {

  private enum End {
    FIN,
    RST
  }

  private final AtomicInteger tunnels = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();
  private final Queue<RawServer.Wire> wires = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean cuts = new AtomicBoolean();
  private final RawServer server;
  private volatile End end = End.FIN;

  DrainTest() throws IOException {
    server = RawServer.serving(this::serve);
  }

  private void serve(RawServer.Wire wire) throws IOException {
    wires.add(wire);
    while (true) {
      String head = wire.head();
      if (head.startsWith("CONNECT")) {
        tunnels.incrementAndGet();
        wire.send("HTTP/1.1 200 Tunnel\r\n\r\n");
        continue;
      }
      if (head.startsWith("P")) {
        wire.skip(4);
      }
      runs.incrementAndGet();
      if (cuts.getAndSet(false)) {
        end(wire);
        return;
      }
      wire.ok("fine");
    }
  }

  private void end(RawServer.Wire wire) throws IOException {
    if (end == End.RST) {
      wire.reset();
    } else {
      wire.socket().close();
    }
    Loopback.awaitEndHeard(server.port(), wire.socket().getPort());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** It looks for the end of no connection, however long a late machine has left that idle. */
  private static CloseableHttpClient client(Pair pair) {
    return client(pair, http -> http);
  }

  private static CloseableHttpClient client(Pair pair, UnaryOperator<HttpClientBuilder> building) {
    ConnectionConfig unseen =
        ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.NEG_ONE_SECOND).build();
    return pair.client(pool -> pool.setDefaultConnectionConfig(unseen), building);
  }

  private HttpUriRequestBase request(String method) {
    HttpUriRequestBase request =
        new HttpUriRequestBase(method, URI.create("http://127.0.0.1:" + server.port() + "/"));
    if (method.startsWith("P")) {
      request.setEntity(new StringEntity("body"));
    }
    return request;
  }

  private int send(CloseableHttpClient client, String method) throws IOException {
    return client.execute(
        request(method),
        response -> {
          EntityUtils.consume(response.getEntity());
          return response.getCode();
        });
  }

  /**
   * So many connections, all of them idle in the pool, and no more to be had.
   *
   * @return the server's sides, the first to come back first
   */
  private List<RawServer.Wire> drain(CloseableHttpClient client, int connections) throws Exception {
    List<ClassicHttpResponse> open = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      open.add(client.executeOpen(null, request("GET"), null));
    }
    for (ClassicHttpResponse response : open) {
      EntityUtils.consume(response.getEntity());
      response.close();
    }
    List<RawServer.Wire> held = List.copyOf(wires);
    server.refuses();
    runs.set(0);
    return held;
  }

  @ParameterizedTest
  @CsvSource({
    "BARE, GET, FIN", "BARE, GET, RST", "BARE, PUT, FIN", "BARE, PUT, RST",
    "GUARDED, GET, FIN", "GUARDED, GET, RST", "GUARDED, PUT, FIN", "GUARDED, PUT, RST"
  })
  void mustRepeatOnAConnectionThatThePoolStillHolds(Pair pair, String method, End how)
      throws Exception {
    end = how;
    try (CloseableHttpClient client = client(pair)) {
      drain(client, 2);
      cuts.set(true);
      assertThat(send(client, method)).isEqualTo(200);
      assertThat(runs).hasValue(2);
      assertThat(send(client, method)).as("the connection is kept").isEqualTo(200);
      assertThat(runs).hasValue(3);
    }
  }

  /** The server is a proxy, and its tunnels lead to itself. */
  @ParameterizedTest
  @CsvSource({"BARE, GET", "BARE, PUT", "GUARDED, GET", "GUARDED, PUT"})
  void mustRepeatInATunnelThatThePoolStillHolds(Pair pair, String method) throws Exception {
    HttpHost proxy = new HttpHost("http", "127.0.0.1", server.port());
    HttpRoutePlanner tunnelled =
        (host, context) ->
            new HttpRoute(host, null, proxy, false, TunnelType.TUNNELLED, LayerType.PLAIN);
    try (CloseableHttpClient client = client(pair, http -> http.setRoutePlanner(tunnelled))) {
      drain(client, 2);
      cuts.set(true);
      assertThat(send(client, method)).isEqualTo(200);
      assertThat(runs).hasValue(2);
      assertThat(tunnels).hasValue(2);
    }
  }

  /** HttpClient without a guard sends on one that has ended, and repeats on the next. */
  @ParameterizedTest
  @CsvSource({"BARE, GET", "BARE, PUT", "GUARDED, GET", "GUARDED, PUT", "GUARDED, POST"})
  void mustPassByOneThatEndedInThePool(Pair pair, String method) throws Exception {
    try (CloseableHttpClient client = client(pair)) {
      List<RawServer.Wire> held = drain(client, 2);
      end(held.get(1)); // the last to come back is the first to be lent
      assertThat(send(client, method)).isEqualTo(200);
      assertThat(runs).hasValue(1);
    }
  }

  /** A server's last connections may end in a row; one that lives is enough. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "POST"})
  void mustPassByAllThatEndedInThePool(String method) throws Exception {
    try (CloseableHttpClient client = client(Pair.GUARDED)) {
      List<RawServer.Wire> held = drain(client, 5);
      for (RawServer.Wire wire : held.subList(1, 5)) {
        end(wire);
      }
      assertThat(send(client, method)).isEqualTo(200);
      assertThat(runs).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "POST"})
  void mustFailAsRefusedWhereThePoolHoldsNoneThatLives(String method) throws Exception {
    try (CloseableHttpClient client = client(Pair.GUARDED)) {
      for (RawServer.Wire wire : drain(client, 3)) {
        end(wire);
      }
      assertThatThrownBy(() -> send(client, method)).isInstanceOf(ConnectException.class);
      assertThat(runs).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustNotRepeatAPostThatWasSent(Pair pair) throws Exception {
    try (CloseableHttpClient client = client(pair)) {
      drain(client, 2);
      cuts.set(true);
      assertThatThrownBy(() -> send(client, "POST")).isInstanceOf(IOException.class);
      assertThat(runs).hasValue(1);
    }
  }

  /** The planned life of each is over; a server that is drained gives none for it. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "POST"})
  void mustUseOneWhoseTimeIsOverIfNoneIsToBeHad(String method) throws Exception {
    ConnectionPlan plan =
        NetworkPath.to(
                ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5)).withMaxRequests(1))
            .plan();
    ApacheHttpGuard guard = ApacheHttpGuard.create(plan);
    try (CloseableHttpClient client =
        guard
            .install(HttpClients.custom())
            .setConnectionManager(guard.install(PoolingHttpClientConnectionManagerBuilder.create()))
            .build()) {
      drain(client, 2);
      assertThat(send(client, method)).isEqualTo(200);
      assertThat(send(client, method)).isEqualTo(200);
      assertThat(runs).hasValue(2);
    }
  }
}
