package dev.holdfast.http.reactor.kernel;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Clients of one nginx under one address, bare or guarded. With {@code -Dholdfast.lab.guard=off}
 * the guarded ones are bare too, and every test here must fail.
 */
final class KernelBed implements AutoCloseable {

  /** A call not answered by then hangs. */
  static final Duration HANG = Duration.ofSeconds(3);

  static final Duration SOON = Duration.ofSeconds(15);

  private final Dial dial;
  private final NginxServer nginx;
  private final List<ConnectionProvider> pools = new CopyOnWriteArrayList<>();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();

  KernelBed(Dial dial, NginxServer nginx) {
    this.dial = dial;
    this.nginx = nginx;
  }

  /** A plan that knows of no hop and no limit near the lab's: the guard is left to its evidence. */
  static ConnectionPlan unsuspecting() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("nginx", Duration.ofMinutes(5))).plan();
  }

  HttpClient bare(int connections) {
    ConnectionProvider pool = pool(connections).build();
    pools.add(pool);
    return HttpClient.create(pool);
  }

  HttpClient guarded(int connections) {
    return guarded(unsuspecting(), connections);
  }

  HttpClient guarded(ConnectionPlan plan, int connections) {
    if (GuardSwitch.isOff()) {
      return bare(connections);
    }
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(plan).meterRegistry(new SimpleMeterRegistry()).build();
    guard.onSwap(swaps::add);
    guard.onDiagnosis(diagnoses::add);
    ConnectionProvider pool = guard.provider(pool(connections));
    pools.add(pool);
    return guard.install(HttpClient.create(pool));
  }

  private static ConnectionProvider.Builder pool(int connections) {
    return ConnectionProvider.builder("lab").maxConnections(connections);
  }

  /** One call under an id of its own; a {@code POST} has a body. */
  CompletableFuture<Integer> call(HttpClient client, String method, String id) {
    String uri = "http://" + dial.address() + ":" + nginx.port() + "/op";
    HttpClient.RequestSender request =
        client
            .headers(headers -> headers.set(NginxServer.REQUEST_ID, id))
            .request(HttpMethod.valueOf(method))
            .uri(uri);
    HttpClient.ResponseReceiver<?> sent =
        method.equals("POST") ? request.send(ByteBufFlux.fromString(Mono.just("body"))) : request;
    return sent.responseSingle(
            (response, body) -> body.asString().thenReturn(response.status().code()))
        .toFuture();
  }

  static int result(CompletableFuture<Integer> call, Duration patience)
      throws InterruptedException, ExecutionException, TimeoutException {
    return call.get(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  /** The first so many; a swap is told on its connection's event loop, not on the next call's. */
  List<SwapEvent> swaps(int expected) {
    Await.until(expected + " swaps", SOON, () -> swaps.size() >= expected);
    return swaps;
  }

  /** What explained the first connection given up, once that is known. */
  Diagnosis diagnosis() {
    Await.until("diagnosed", SOON, () -> death().isPresent());
    DiagnosisEvent event = death().orElseThrow();
    print("diagnosed", event.line());
    return event.diagnosis();
  }

  /** Waits until something was explained so. */
  void awaitDiagnosed(Explanation explanation) {
    Await.until(
        explanation + " told",
        SOON,
        () ->
            diagnoses.stream()
                .anyMatch(event -> event.diagnosis().explanations().contains(explanation)));
  }

  private Optional<DiagnosisEvent> death() {
    return diagnoses.stream().filter(e -> e.what().equals("connection replaced")).findFirst();
  }

  static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  /** What a test measured, for people: it goes to the test's output and decides nothing. */
  static void print(String scenario, String figures) {
    System.out.printf(Locale.ROOT, "[kernel-lab] reactor-netty, %s: %s%n", scenario, figures);
  }

  @Override
  public void close() {
    pools.forEach(ConnectionProvider::dispose);
  }
}
