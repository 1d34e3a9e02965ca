package dev.holdfast.benchmarks.http;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's client. */
record ReactorContender(URI uri, HttpClient client, ConnectionProvider pool)
    implements HttpContender {

  static HttpContender bare(URI uri, int connections) {
    ConnectionProvider pool = pool(connections).build();
    return new ReactorContender(uri, HttpClient.create(pool), pool);
  }

  static HttpContender guarded(URI uri, int connections, ConnectionPlan plan) {
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(plan).meterRegistry(new SimpleMeterRegistry()).build();
    ConnectionProvider pool = guard.provider(pool(connections));
    return new ReactorContender(uri, guard.install(HttpClient.create(pool)), pool);
  }

  private static ConnectionProvider.Builder pool(int connections) {
    return ConnectionProvider.builder("benchmark").maxConnections(connections);
  }

  @Override
  public String call(String method, String id) {
    boolean post = method.equals("POST");
    String answered =
        client
            .headers(
                headers -> {
                  headers.set(FaultServer.REQUEST_ID, id);
                  if (post) {
                    headers.set("Content-Length", 4);
                  }
                })
            .request(HttpMethod.valueOf(method))
            .uri(uri)
            .send(post ? ByteBufFlux.fromString(Mono.just("body")) : Mono.empty())
            .responseSingle(
                (response, body) ->
                    body.asByteArray().map(any -> 0).defaultIfEmpty(0).map(any -> idOf(response)))
            .block();
    return answered == null ? "" : answered;
  }

  private static String idOf(HttpClientResponse response) {
    return response.status().code() == 200
        ? response.responseHeaders().get(FaultServer.REQUEST_ID, "")
        : "";
  }

  @Override
  public void close() {
    pool.dispose();
  }
}
