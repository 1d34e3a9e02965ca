package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers come whole, and what means nothing costs nothing. */
final class AnswerTest {

  private static final String CHUNKED =
      """
      HTTP/1.1 200 OK\r
      Transfer-Encoding: chunked\r
      Trailer: Sum\r
      \r
      %s0\r
      Sum: 4711\r
      Other: x\r
      \r
      """;

  @ParameterizedTest
  @EnumSource
  void mustHandOnTrailers(Pair pair) throws Exception {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient client = pair.client()) {
      for (String body : List.of("4\r\nbody\r\n", "")) {
        server.next(new Exchange.Babbled(CHUNKED.formatted(body), Ending.OPEN));
        List<String> trailers =
            client.execute(
                new HttpGet(server.uri("/")),
                response -> {
                  EntityUtils.toString(response.getEntity());
                  return response.getEntity().getTrailers().get().stream()
                      .map(String::valueOf)
                      .toList();
                });
        assertThat(trailers).containsExactly("Sum: 4711", "Other: x");
      }
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  /** In the segment of the answer, which is in HttpClient's buffer then. */
  @ParameterizedTest
  @EnumSource
  void mustSkipALineEndTooMany(Pair pair) throws Exception {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody\r\n";
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient client = pair.client()) {
      server.always(new Exchange.Babbled(answer, Ending.OPEN));
      for (int i = 0; i < 5; i++) {
        String body =
            client.execute(
                new HttpGet(server.uri("/")),
                response -> EntityUtils.toString(response.getEntity()));
        assertThat(body).isEqualTo("body");
      }
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustSkipALineEndThatComesLater(boolean tls) throws Exception {
    try (FaultServer server = tls ? FaultServer.tls() : FaultServer.plain();
        Bed bed = new Bed(server)) {
      for (int i = 0; i < 3; i++) {
        assertThat(bed.send(i == 1 ? "POST" : "GET", "r" + i).body()).isEqualTo("r" + i);
        Await.until("idle", Bed.SOON, () -> server.idle() == 1);
        byte[] lineEnd = "\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(server.disturbIdle(() -> lineEnd, Ending.OPEN)).isEqualTo(1);
      }
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps()).isEmpty();
    }
  }

  /** At any moment of a proof, which takes some milliseconds; a call may fail of it. */
  @Test
  void mustTakeAnInterruptForNoEvidence() throws Exception {
    int callers = 32;
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(callers + 1);
    try (FaultServer server = FaultServer.plain();
        Bed bed =
            new Bed(
                server,
                Bed.plan(),
                guard -> guard,
                pool -> pool.setMaxConnPerRoute(callers).setMaxConnTotal(callers),
                http -> http)) {
      server.freeze();
      List<Future<Bed.Answer>> first = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        String id = "first" + i;
        first.add(threads.submit(() -> bed.send("GET", id)));
      }
      Await.until("all connected", Bed.SOON, () -> server.connections() == callers);
      server.thaw();
      for (Future<Bed.Answer> answer : first) {
        assertThat(answer.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
      }
      Await.idle(Duration.ofMillis(1_200));
      List<Future<?>> second = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        String id = "second" + i;
        long micros = 200L * i;
        second.add(
            threads.submit(
                () -> {
                  Thread caller = Thread.currentThread();
                  Future<?> interrupt =
                      threads.schedule(caller::interrupt, micros, TimeUnit.MICROSECONDS);
                  Pair.outcome(() -> bed.send("POST", id).status());
                  interrupt.get();
                  return Thread.interrupted();
                }));
      }
      for (Future<?> answer : second) {
        try {
          answer.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException interrupted) {
          // while it waited for its connection, as without a guard
        }
      }
      assertThat(bed.swaps()).noneMatch(swap -> swap.cause() == Cause.PROBES_UNANSWERED);
    } finally {
      threads.shutdownNow();
    }
  }
}
