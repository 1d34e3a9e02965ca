package dev.holdfast.benchmarks.failover;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.resources.ConnectionProvider;

/** The same for Reactor Netty's client, whose connections are kept alive. */
final class HttpNameScene implements Scene {

  private static final Duration SOON = Duration.ofSeconds(5);

  private final Names names = new Names();
  private final Runs runs = new Runs();
  private final DisposableServer server =
      HttpServer.create()
          .host("0.0.0.0")
          .port(0)
          .handle(
              (request, response) -> {
                runs.request(request.uri());
                return response.sendString(Mono.just(at(request)));
              })
          .bindNow();
  private final ReactorHttpGuard guard =
      ReactorHttpGuard.custom(RedisSide.direct()).meterRegistry(new SimpleMeterRegistry()).build();
  private final ConnectionProvider bare = ConnectionProvider.create("bare");
  private final ConnectionProvider guarded = guard.provider(ConnectionProvider.builder("guarded"));

  private static String at(HttpServerRequest request) {
    return Objects.requireNonNull(request.hostAddress()).getAddress().getHostAddress();
  }

  @Override
  public Caller caller(boolean withGuard) {
    HttpClient client =
        withGuard ? guard.install(HttpClient.create(guarded)) : HttpClient.create(bare);
    HttpClient named =
        client.resolver(names.resolvers()).baseUrl("http://" + Names.NAME + ":" + server.port());
    return id ->
        Names.AFTER.equals(
            named
                .post()
                .uri(Runs.path(withGuard, id))
                .responseContent()
                .aggregate()
                .asString()
                .block(SOON));
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return runs.requests(guarded);
  }

  @Override
  public void happens(Runnable done) {
    names.change();
    done.run();
  }

  @Override
  public void close() {
    bare.dispose();
    guarded.dispose();
    guard.close();
    server.disposeNow();
    names.close();
  }
}
