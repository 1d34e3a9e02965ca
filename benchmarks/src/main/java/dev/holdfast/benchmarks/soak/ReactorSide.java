package dev.holdfast.benchmarks.soak;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Reactor Netty's client. */
final class ReactorSide implements AutoCloseable {

  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final int CONNECTIONS = 6;
  private static final int OK = 200;

  private final String base;
  private final HttpClient client;
  private final ConnectionProvider pool;
  private final LoopResources loops;

  private ReactorSide(
      String base, HttpClient client, ConnectionProvider pool, LoopResources loops) {
    this.base = base;
    this.client =
        client
            .runOn(loops)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .responseTimeout(RedisSide.TIMEOUT);
    this.pool = pool;
    this.loops = loops;
  }

  /** With what its manual advises: idle connections are evicted before the server closes them. */
  static ReactorSide bare(String address, int port) {
    ConnectionProvider pool =
        pool().maxIdleTime(Duration.ofSeconds(3)).evictInBackground(Duration.ofSeconds(1)).build();
    return new ReactorSide(base(address, port), HttpClient.create(pool), pool, loops("bare"));
  }

  /** With the guard's own settings for a server whose keepalive timeout is known. */
  static ReactorSide guarded(String address, int port, Consumer<DiagnosisEvent> diagnoses) {
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(
                NetworkPath.to(ServerLimits.withIdleTimeout("nginx", HttpSide.KEEP_ALIVE)).plan())
            .meterRegistry(new SimpleMeterRegistry())
            .build();
    guard.onDiagnosis(diagnoses);
    ConnectionProvider pool = guard.provider(pool());
    return new ReactorSide(
        base(address, port), guard.install(HttpClient.create(pool)), pool, loops("guarded"));
  }

  private static LoopResources loops(String side) {
    return LoopResources.create("soak-reactor-" + side, 2, true);
  }

  private static ConnectionProvider.Builder pool() {
    return ConnectionProvider.builder("soak").maxConnections(CONNECTIONS);
  }

  private static String base(String address, int port) {
    return "http://%s:%d/soak/".formatted(address, port);
  }

  /** GETs and POSTs in turn, each to a path of its own, which nginx answers with that path. */
  Worker.Step work(Caller caller, String name) {
    return number -> {
      String id = name + ":" + number;
      boolean get = number % 2 == 0;
      return caller.call(get ? Work.PLAIN : Work.POST, get ? "" : id, () -> asked(get, id));
    };
  }

  private boolean asked(boolean get, String id) throws Exception {
    HttpClient.RequestSender request =
        client
            .headers(headers -> headers.set(NginxServer.REQUEST_ID, id))
            .request(get ? HttpMethod.GET : HttpMethod.POST)
            .uri(base + id);
    HttpClient.ResponseReceiver<?> sent =
        get ? request : request.send(ByteBufFlux.fromString(Mono.just("once")));
    try {
      String body =
          sent.responseSingle(
                  (response, content) ->
                      response.status().code() == OK
                          ? content.asString()
                          : Mono.error(new IOException("status " + response.status().code())))
              .block();
      return ("/soak/" + id).equals(body);
    } catch (RuntimeException failed) {
      Throwable cause = Exceptions.unwrap(failed);
      if (cause instanceof Exception own) {
        throw own;
      }
      throw failed;
    }
  }

  @Override
  public void close() {
    pool.dispose();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
  }
}
