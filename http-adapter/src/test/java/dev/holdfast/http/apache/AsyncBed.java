package dev.holdfast.http.apache;

import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.async.methods.SimpleRequestProducer;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.nio.entity.StringAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.jspecify.annotations.Nullable;

/** A guarded client of the asynchronous API and a server on loopback that does as told. */
final class AsyncBed implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(20);

  private final FaultServer server;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final ApacheAsyncGuard guard;
  private final CloseableHttpAsyncClient client;
  private final ConnPoolControl<?> pool;

  AsyncBed(FaultServer server) {
    this(server, guard -> guard, http -> http);
  }

  AsyncBed(
      FaultServer server,
      UnaryOperator<ApacheAsyncGuardBuilder> guarding,
      UnaryOperator<HttpAsyncClientBuilder> building) {
    this.server = server;
    this.guard =
        guarding
            .apply(
                ApacheAsyncGuard.custom(Bed.plan())
                    .meterRegistry(meters)
                    .redials(0)) // a late reactor's are repeated, and the server would count them
            .build();
    guard.onSwap(swaps::add);
    AsyncClientConnectionManager connections = guard.install(pool(server));
    this.pool = (ConnPoolControl<?>) connections;
    this.client =
        guard
            .install(building.apply(HttpAsyncClients.custom()))
            .setConnectionManager(connections)
            .build();
    client.start();
  }

  static PoolingAsyncClientConnectionManagerBuilder pool(FaultServer server) {
    PoolingAsyncClientConnectionManagerBuilder pool =
        PoolingAsyncClientConnectionManagerBuilder.create();
    if (server.uri("/").startsWith("https")) {
      pool.setTlsStrategy(new DefaultClientTlsStrategy(server.clientContext()));
    }
    return pool;
  }

  ApacheAsyncGuard guard() {
    return guard;
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  double count(HoldfastMeter meter) {
    return meters.find(meter.meterName()).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  static SimpleHttpRequest request(String method, String uri, String id) {
    SimpleRequestBuilder request =
        SimpleRequestBuilder.create(method).setUri(uri).addHeader(FaultServer.REQUEST_ID, id);
    if (method.equals("POST") || method.equals("PUT") || method.equals("PATCH")) {
      request.setBody("of " + id, ContentType.TEXT_PLAIN);
    }
    return request.build();
  }

  /** The body of the answer. */
  String send(String method, String id) throws IOException {
    return send(method, id, HttpClientContext.create());
  }

  /** An answer is told before its connection is back in the pool: the next call is not to race. */
  String send(String method, String id, HttpClientContext context) throws IOException {
    try {
      return text(send(client, request(method, server.uri("/" + id), id), context));
    } finally {
      Await.until("back in the pool", SOON, () -> pool.getTotalStats().getLeased() == 0);
    }
  }

  /**
   * Tells no answer before its call has begun: HttpClient closes the connection of a call that is
   * answered before the thread which began it has made it possible to cancel, bare too.
   */
  private static final class OnceBegun extends BasicResponseConsumer<String> {

    private final CountDownLatch begun = new CountDownLatch(1);

    OnceBegun() {
      super(new StringAsyncEntityConsumer());
    }

    @Override
    public void consumeResponse(
        HttpResponse response,
        @Nullable EntityDetails body,
        HttpContext context,
        FutureCallback<Message<HttpResponse, String>> answer)
        throws HttpException, IOException {
      await(begun);
      super.consumeResponse(response, body, context, answer);
    }
  }

  static void await(CountDownLatch begun) {
    Await.until("the call has begun", SOON, () -> begun.getCount() == 0);
  }

  static String text(Message<HttpResponse, String> response) {
    String text = response.getBody();
    return text == null ? "" : text;
  }

  static Message<HttpResponse, String> send(
      CloseableHttpAsyncClient client, SimpleHttpRequest request) throws IOException {
    return send(client, request, HttpClientContext.create());
  }

  static Message<HttpResponse, String> send(
      CloseableHttpAsyncClient client, SimpleHttpRequest request, HttpClientContext context)
      throws IOException {
    OnceBegun answer = new OnceBegun();
    try {
      Future<Message<HttpResponse, String>> call =
          client.execute(SimpleRequestProducer.create(request), answer, context, null);
      answer.begun.countDown();
      return call.get(SOON.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (TimeoutException | InterruptedException late) {
      throw new AssertionError("no answer", late);
    }
  }

  CloseableHttpAsyncClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
    guard.close();
  }
}
