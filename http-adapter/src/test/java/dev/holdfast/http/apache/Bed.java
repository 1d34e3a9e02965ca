package dev.holdfast.http.apache;

import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.TimeValue;

/** A guarded client and a server on loopback that does as told. */
final class Bed implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(10);

  /** What a caller got. */
  record Answer(int status, String body) {}

  private final FaultServer server;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();
  private final ApacheHttpGuard guard;
  private final CloseableHttpClient client;

  Bed(FaultServer server) {
    this(server, plan(), guard -> guard, pool -> pool, http -> http);
  }

  Bed(
      FaultServer server,
      ConnectionPlan plan,
      UnaryOperator<ApacheHttpGuardBuilder> guarding,
      UnaryOperator<PoolingHttpClientConnectionManagerBuilder> pooling,
      UnaryOperator<HttpClientBuilder> building) {
    this.server = server;
    this.guard = guarding.apply(ApacheHttpGuard.custom(plan).meterRegistry(meters)).build();
    guard.onSwap(swaps::add);
    guard.onDiagnosis(diagnoses::add);
    PoolingHttpClientConnectionManagerBuilder pool =
        PoolingHttpClientConnectionManagerBuilder.create();
    if (server.uri("/").startsWith("https")) {
      pool.setTlsSocketStrategy(new DefaultClientTlsStrategy(server.clientContext()));
    }
    this.client =
        guard
            .install(building.apply(HttpClients.custom()))
            .setConnectionManager(guard.install(pooling.apply(pool)))
            .build();
  }

  /** HttpClient's own retries ask for nothing: what is repeated is the guard's. */
  static Bed withoutClientRetries(FaultServer server) {
    return new Bed(
        server,
        plan(),
        guard -> guard,
        pool -> pool,
        http ->
            http.setRetryStrategy(
                new DefaultHttpRequestRetryStrategy(0, TimeValue.ZERO_MILLISECONDS)));
  }

  /** Knows of no limit near a test's own times. */
  static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5))).plan();
  }

  ApacheHttpGuard guard() {
    return guard;
  }

  CloseableHttpClient client() {
    return client;
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  List<DiagnosisEvent> diagnoses() {
    return diagnoses;
  }

  MeterRegistry meters() {
    return meters;
  }

  double count(HoldfastMeter meter, String... tags) {
    return meters.find(meter.meterName()).tags(tags).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  /**
   * The client's connections to the server that its kernel still calls established. A reset leaves
   * only once the server's reader has let go of the socket, which is after its close has returned.
   */
  long established() {
    String peer = ":%04X 01 ".formatted(server.port());
    return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
        .map(Path::of)
        .filter(Files::exists)
        .flatMap(Bed::lines)
        .filter(line -> line.contains(peer))
        .count();
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpUriRequestBase request(String method, String id) {
    HttpUriRequestBase request =
        new HttpUriRequestBase(method, java.net.URI.create(server.uri("/" + id)));
    request.addHeader(FaultServer.REQUEST_ID, id);
    if (method.equals("POST") || method.equals("PUT") || method.equals("PATCH")) {
      request.setEntity(new StringEntity("body of " + id));
    }
    return request;
  }

  Answer send(String method, String id) throws IOException {
    return send(request(method, id));
  }

  Answer send(HttpUriRequestBase request) throws IOException {
    return send(request, HttpClientContext.create());
  }

  Answer send(HttpUriRequestBase request, HttpClientContext context) throws IOException {
    return client.execute(
        request,
        context,
        response -> {
          var entity = response.getEntity();
          return new Answer(response.getCode(), entity == null ? "" : EntityUtils.toString(entity));
        });
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
