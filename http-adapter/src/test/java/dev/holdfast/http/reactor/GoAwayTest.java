package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** A real nginx that ends its HTTP/2 connections after so many requests, in the midst of more. */
final class GoAwayTest {

  private static final int POSTS = 3_000;
  private static final int CALLERS = 20;

  /** More than twice as many a minute as a pool has connections by default, and one a second. */
  private static final int RENEWED = 100;

  private static final Duration JUDGED = Duration.ofMillis(2_500);

  /** Outcomes of all calls by name. */
  private static Map<String, Integer> run(HttpClient client, int port, String prefix) {
    Map<String, Integer> outcomes = new TreeMap<>();
    Flux.range(0, POSTS)
        .flatMap(
            n ->
                client
                    .headers(h -> h.set(NginxServer.REQUEST_ID, prefix + n))
                    .post()
                    .uri("http://127.0.0.1:" + port + "/")
                    .send(ByteBufFlux.fromString(Mono.just("x")))
                    .responseSingle((response, body) -> body.asString())
                    .map(answered -> "ok")
                    .onErrorResume(failure -> Mono.just(nameOf(failure))),
            CALLERS)
        .toStream()
        .forEach(outcome -> outcomes.merge(outcome, 1, Integer::sum));
    return outcomes;
  }

  private static String nameOf(Throwable failure) {
    if (AmbiguousOutcomeException.in(failure).isPresent()) {
      return "ambiguous";
    }
    return NotExecutedException.in(failure).isPresent()
        ? "not executed"
        : "untyped " + failure.getClass().getSimpleName();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void mustFailNoCallThatWasNeverProcessed(int connections) {
    ConnectionProvider.Builder pools =
        ConnectionProvider.builder("nginx")
            .maxConnections(connections)
            .pendingAcquireMaxCount(-1)
            .pendingAcquireTimeout(Duration.ofSeconds(20));
    ConnectionProvider bare = pools.build();
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(HttpBed.plan()).name("nginx").replayableBodies().build();
    ConnectionProvider pool = guard.provider(pools);
    try (NginxServer nginx =
        NginxServer.builder().http2().directives("keepalive_requests 40;").start()) {
      int port = nginx.http2Port();
      Map<String, Integer> bareOutcomes =
          run(HttpClient.create(bare).protocol(HttpProtocol.H2C), port, "bare-");
      Map<String, Integer> outcomes =
          run(guard.install(HttpClient.create(pool)).protocol(HttpProtocol.H2C), port, "own-");
      assertThat(outcomes).as("bare: " + bareOutcomes).containsExactly(Map.entry("ok", POSTS));
      // A request is logged shortly after its answer was sent.
      Await.until("logged", HttpBed.SOON, () -> own(nginx.executions()) >= POSTS);
      Map<String, Long> executions = nginx.executions();
      assertThat(own(executions)).isEqualTo(POSTS);
      assertThat(executions.values()).allMatch(times -> times == 1);
    } finally {
      bare.dispose();
      pool.dispose();
      guard.close();
    }
  }

  private static long own(Map<String, Long> executions) {
    return executions.keySet().stream().filter(id -> id.startsWith("own-")).count();
  }

  /** Closing what its server has announced the end of is nobody's churn. */
  @Test
  void mustNotCallItChurn() {
    List<DiagnosisEvent> told = new CopyOnWriteArrayList<>();
    try (H2Server server = new H2Server(false);
        HttpBed bed =
            new HttpBed(HttpBed.plan(), s -> s, client -> client.protocol(HttpProtocol.H2C))) {
      bed.guard.onDiagnosis(told::add);
      for (int i = 0; i < RENEWED; i++) {
        server.next(H2Server.Fate.GOAWAY);
        assertThat(bed.get(server.uri("/" + i))).isEqualTo("200 /" + i);
      }
      assertThat(server.connections()).isGreaterThanOrEqualTo(RENEWED);
      Await.until("the client has closed them", HttpBed.SOON, () -> server.open() <= 1);
      Await.idle(JUDGED); // each close is judged a second later
      assertThat(told)
          .noneMatch(event -> event.diagnosis().explanations().contains(Explanation.CHURN));
    }
  }
}
