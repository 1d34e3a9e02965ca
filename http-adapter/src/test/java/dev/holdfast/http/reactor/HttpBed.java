package dev.holdfast.http.reactor;

import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** One guarded client and what its guard said; to be closed. */
final class HttpBed implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(20);

  /** Longer than {@code probeAfter}. */
  static final Duration IDLE = Duration.ofMillis(1_150);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  final ReactorHttpGuard guard;
  final ConnectionProvider pool;
  final HttpClient client;

  HttpBed() {
    this(plan());
  }

  HttpBed(ConnectionPlan plan) {
    this(plan, settings -> settings, client -> client);
  }

  HttpBed(
      ConnectionPlan plan,
      UnaryOperator<ReactorHttpGuardBuilder> settings,
      UnaryOperator<HttpClient> users) {
    guard =
        settings.apply(ReactorHttpGuard.custom(plan).name("test").meterRegistry(registry)).build();
    guard.onSwap(swaps::add);
    // Reactor Netty leaves the cancelled in its queue until their turn comes.
    pool =
        guard.provider(
            ConnectionProvider.builder("test").maxConnections(1).pendingAcquireMaxCount(-1));
    client = users.apply(guard.install(HttpClient.create(pool)));
  }

  /** Nothing is declared: no limit is known. */
  static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("lab")).plan();
  }

  String get(String uri) {
    return call("GET", uri).blockOptional(SOON).orElseThrow();
  }

  String post(String uri, String body) {
    return client
        .post()
        .uri(uri)
        .send(ByteBufFlux.fromString(Mono.just(body)))
        .responseSingle(HttpBed::answer)
        .blockOptional(SOON)
        .orElseThrow();
  }

  /** Without a body. */
  Mono<String> call(String method, String uri) {
    return client.request(HttpMethod.valueOf(method)).uri(uri).responseSingle(HttpBed::answer);
  }

  static Mono<String> answer(
      reactor.netty.http.client.HttpClientResponse response, reactor.netty.ByteBufMono body) {
    HttpHeaders headers = response.responseHeaders();
    return body.asString()
        .defaultIfEmpty("")
        .map(text -> response.status().code() + " " + headers.get(FaultServer.REQUEST_ID, text));
  }

  /** The first so many; a swap is told on its connection's event loop, not on the next call's. */
  List<SwapEvent> swaps(int expected) {
    Await.until(expected + " swaps", SOON, () -> swaps.size() >= expected);
    return swaps;
  }

  double count(String meter) {
    return registry.find(meter).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  @Override
  public void close() {
    pool.disposeLater().block(SOON);
    guard.close();
  }
}
