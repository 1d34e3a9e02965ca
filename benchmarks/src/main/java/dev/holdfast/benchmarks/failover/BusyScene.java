package dev.holdfast.benchmarks.failover;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

/** A server says 503 and {@code Retry-After: 1} for three seconds. */
final class BusyScene implements Scene {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration BUSY = Duration.ofSeconds(3);

  private final Runs runs = new Runs();
  private final AtomicLong busyUntil = new AtomicLong(System.nanoTime());
  private final DisposableServer server =
      HttpServer.create()
          .host("127.0.0.1")
          .port(0)
          .handle(
              (request, response) ->
                  System.nanoTime() - busyUntil.get() < 0
                      ? response
                          .status(HttpResponseStatus.SERVICE_UNAVAILABLE)
                          .header(HttpHeaderNames.RETRY_AFTER, "1")
                          .send()
                      : runs(request.uri(), response))
          .bindNow();
  private final ReactorHttpGuard guard =
      ReactorHttpGuard.custom(RedisSide.direct()).meterRegistry(new SimpleMeterRegistry()).build();
  private final ConnectionProvider bare = ConnectionProvider.create("bare");
  private final ConnectionProvider guarded = guard.provider(ConnectionProvider.builder("guarded"));

  private HttpServerResponse runs(String path, HttpServerResponse response) {
    runs.request(path);
    return response.status(HttpResponseStatus.OK);
  }

  @Override
  public Caller caller(boolean withGuard) {
    HttpClient client =
        withGuard ? guard.install(HttpClient.create(guarded)) : HttpClient.create(bare);
    HttpClient to = client.baseUrl("http://127.0.0.1:" + server.port());
    return id -> {
      Integer status =
          to.get()
              .uri(Runs.path(withGuard, id))
              .responseSingle((head, body) -> body.thenReturn(head.status().code()))
              .block(SOON);
      if (status == null || status != 200) {
        throw new IOException("answered " + status);
      }
      return true;
    };
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return runs.requests(guarded);
  }

  @Override
  public void happens(Runnable done) throws InterruptedException {
    busyUntil.set(System.nanoTime() + BUSY.toNanos());
    done.run();
    TimeUnit.NANOSECONDS.sleep(BUSY.toNanos());
  }

  @Override
  public void close() {
    bare.dispose();
    guarded.dispose();
    guard.close();
    server.disposeNow();
  }
}
