package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.http.reactor.H2Server;
import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2, with TLS and without: many calls on one connection, and what becomes of each. */
@Timeout(120)
final class OkHttp2Test {

  private static final int CALLS = 600;
  private static final int CALLERS = 8;

  private static OkHttpClient.Builder http2(OkHttpClient.Builder client, boolean secure) {
    return secure
        ? OkBed.trusting(TlsIdentity.shared().client(), client)
        : client.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
  }

  private static OkBed bed(boolean secure) {
    return new OkBed(guard -> guard, client -> http2(client, secure));
  }

  private static Request request(String method, H2Server server, String path) {
    return OkBed.request(method, server.uri(path), path).build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustCarryManyOverOneConnection(boolean secure) throws Exception {
    try (H2Server server = new H2Server(secure);
        OkBed bed = bed(secure)) {
      bed.send(request("GET", server, "/first"));
      assertThat(
              together(
                  n -> bed.send(request(n % 2 == 0 ? "GET" : "POST", server, "/n" + n)), CALLS))
          .containsExactlyElementsOf(IntStream.range(0, CALLS).mapToObj(n -> "/n" + n).toList());
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps()).isEmpty();
      assertThat(bed.guard().health().installed()).isTrue();
    }
  }

  /** The kernel asks its peer once, and the answer is that of all who wait for one. */
  @Test
  void mustProveOneConnectionForManyAtOnce() throws Exception {
    try (H2Server server = new H2Server(false);
        OkBed bed = bed(false)) {
      bed.send(request("GET", server, "/first"));
      for (int round = 0; round < 3; round++) {
        Await.idle(Duration.ofMillis(1_200));
        CyclicBarrier all = new CyclicBarrier(CALLERS);
        together(
            n -> {
              all.await();
              return bed.send(request("POST", server, "/n" + n));
            },
            CALLERS);
      }
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps()).isEmpty();
    }
  }

  /** What a server says it has not processed it is sent again, whatever it is. */
  @ParameterizedTest
  @CsvSource({"REFUSED, false", "REFUSED, true", "GOAWAY, false", "GOAWAY, true"})
  void mustSendAPostAgainThatWasNeverProcessed(Fate fate, boolean secure) throws IOException {
    try (H2Server server = new H2Server(secure);
        OkBed bed = bed(secure)) {
      bed.send(request("GET", server, "/first"));
      server.next(fate);
      assertThat(bed.send(request("POST", server, "/pay"))).isEqualTo("/pay");
      assertThat(server.executions("/pay")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERNAL_ERROR", "ENHANCE_YOUR_CALM", "CANCEL", "CLOSED"})
  void mustNotSendAPostAgainThatMayHaveRun(Fate fate) throws IOException {
    try (H2Server server = new H2Server(false);
        OkBed bed = bed(false)) {
      bed.send(request("GET", server, "/first"));
      server.next(fate);
      assertThatThrownBy(() -> bed.send(request("POST", server, "/pay")))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/pay")).isEqualTo(1);
      bed.send(request("GET", server, "/again"));
      server.next(fate);
      assertThat(bed.send(request("GET", server, "/read"))).isEqualTo("/read");
    }
  }

  /**
   * One write may hold all of a call and a part of another's, and break off behind it: how much of
   * it the kernel took nobody tells.
   */
  @Test
  void mustNotSendAPostAgainWhoseWriteBrokeOff() throws IOException {
    BreakingSockets sockets = new BreakingSockets();
    try (H2Server server = new H2Server(false);
        OkBed bed =
            new OkBed(guard -> guard, client -> http2(client, false).socketFactory(sockets))) {
      bed.send(request("GET", server, "/first"));
      server.next(Fate.CLOSED);
      sockets.breakAfterTheNextWrite(
          () -> Await.until("it ran", OkBed.SOON, () -> server.executions("/pay") == 1));
      assertThatThrownBy(() -> bed.send(request("POST", server, "/pay")))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(bed.send(request("POST", server, "/next"))).isEqualTo("/next");
      assertThat(server.executions("/pay")).isEqualTo(1);
    }
  }

  /**
   * nginx ends its connections after so many requests, in the midst of more. One of 5,000 or so
   * meets that while its body is written.
   */
  @RepeatedTest(10)
  void mustFailNoCallThatWasNeverProcessed() throws Exception {
    try (NginxServer nginx =
            NginxServer.builder().http2().directives("keepalive_requests 40;").start();
        OkBed bed = bed(false)) {
      String url = "http://127.0.0.1:" + nginx.http2Port() + "/";
      Map<String, Integer> ends = new TreeMap<>();
      together(n -> outcome(bed, OkBed.request("POST", url, "own-" + n).build()), CALLS)
          .forEach(end -> ends.merge(end, 1, Integer::sum));
      assertThat(ends).containsExactly(Map.entry("ok", CALLS));
      Await.until("logged", OkBed.SOON, () -> nginx.executions().size() >= CALLS);
      assertThat(nginx.executions().values()).allMatch(times -> times == 1);
    }
  }

  private static String outcome(OkBed bed, Request request) {
    try {
      bed.send(request);
      return "ok";
    } catch (IOException thrown) {
      return AmbiguousOutcomeException.in(thrown).isPresent()
          ? "ambiguous"
          : thrown.getClass().getSimpleName();
    }
  }

  private interface Step {
    String run(int n) throws Exception;
  }

  private static List<String> together(Step step, int calls) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Callable<String>> all =
          IntStream.range(0, calls).<Callable<String>>mapToObj(n -> () -> step.run(n)).toList();
      List<String> answers = new ArrayList<>();
      for (Future<String> answer : callers.invokeAll(all)) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      callers.shutdownNow();
    }
  }
}
