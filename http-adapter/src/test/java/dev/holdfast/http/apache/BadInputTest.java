package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users, servers and foreigners do wrong. */
final class BadInputTest {

  @Test
  void mustRefuseASecondGuardInOneBuilder() {
    ApacheHttpGuard guard = ApacheHttpGuard.create(Bed.plan());
    var pool = PoolingHttpClientConnectionManagerBuilder.create();
    var client = HttpClients.custom();
    guard.install(pool);
    guard.install(client);
    assertThatThrownBy(() -> ApacheHttpGuard.create(Bed.plan()).install(pool))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("already installed");
    assertThatThrownBy(() -> guard.install(client)).hasMessageContaining("already installed");
  }

  @Test
  void mustMoveABodyThatCannotBeRepeatedIfItWasNotBegun() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      Await.until("idle", Bed.SOON, () -> server.idle() == 1);
      server.endIdle(Ending.FIN);
      assertThat(bed.send(streaming(bed, "PUT", "second")).body()).isEqualTo("second");
    }
  }

  @Test
  void mustNotRepeatABodyThatCannotBeRepeated() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(() -> bed.send(streaming(bed, "PUT", "second")))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(AmbiguousHttpOutcomeException.class);
      assertThat(server.executions("second")).isEqualTo(1);
    }
  }

  private static HttpUriRequestBase streaming(Bed bed, String method, String id) {
    HttpUriRequestBase request = bed.request(method, id);
    request.setEntity(
        new InputStreamEntity(
            new ByteArrayInputStream(new byte[1_000]), ContentType.APPLICATION_OCTET_STREAM));
    return request;
  }

  @Test
  void mustRepeatAPostWithAnIdempotencyKeyOrTheCallersMark() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(Ending.RST));
      HttpUriRequestBase keyed = bed.request("POST", "keyed");
      keyed.addHeader("Idempotency-Key", "4711");
      assertThat(bed.send(keyed).body()).isEqualTo("keyed");
      server.next(new Exchange.Unanswered(Ending.RST));
      HttpClientContext marked = ApacheHttpGuard.safeToRepeat(HttpClientContext.create());
      assertThat(bed.send(bed.request("POST", "marked"), marked).body()).isEqualTo("marked");
      assertThat(server.executions("marked")).isEqualTo(2);
    }
  }

  /** HttpClient takes one that ends behind its status code for a whole one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
      })
  void mustNotTakeAHeadThatIsCutForAnAnswer(String head) throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Babbled(head, Ending.FIN));
      assertThatThrownBy(() -> bed.send("POST", "post"))
          .isInstanceOf(AmbiguousHttpOutcomeException.class);
      bed.send("GET", "again");
      server.next(new Exchange.Babbled(head, Ending.FIN));
      assertThatThrownBy(() -> bed.send("GET", "get"))
          .isInstanceOf(ConnectionClosedException.class);
      assertThat(server.executions("get")).isEqualTo(1);
      assertThat(bed.swaps()).hasSize(2).allMatch(swap -> swap.cause() == Cause.PEER_CLOSED);
    }
  }

  @Test
  void mustLeaveASlowServerToTheClientsOwnTimeout() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(Ending.OPEN));
      HttpUriRequestBase slow = bed.request("GET", "slow");
      slow.setConfig(
          RequestConfig.custom().setResponseTimeout(Timeout.ofMilliseconds(1_500)).build());
      assertThatThrownBy(() -> bed.send(slow)).isInstanceOf(SocketTimeoutException.class);
      assertThat(server.executions("slow")).isEqualTo(1);
      assertThat(bed.swaps()).singleElement().matches(s -> s.cause() == Cause.REPLY_OVERDUE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout=0",
        "timeout=-1",
        "max=0",
        "timeout=99999999999999999999",
        "timeout",
        "=,=;\"",
        "ü"
      })
  void mustLiveWithAnyKeepAliveHeader(String hint) throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      server.always(
          new Exchange.Babbled(
              "HTTP/1.1 200 OK\r\nKeep-Alive: "
                  + hint
                  + "\r\nKeep-Alive: "
                  + "x".repeat(7_000)
                  + "\r\nContent-Length: 2\r\n\r\nok",
              Ending.OPEN));
      assertThat(bed.send("GET", "first").body()).isEqualTo("ok");
      assertThat(bed.send("GET", "second").body()).isEqualTo("ok");
      boolean ended = hint.equals("timeout=0") || hint.equals("max=0");
      assertThat(server.connections()).isEqualTo(ended ? 2 : 1);
    }
  }

  @Test
  void mustRetireAConnectionBeforeTheServersHint() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      server.next(new Exchange.Answered(Answer.ok().hinting(Duration.ofSeconds(1))));
      bed.send("GET", "first");
      Await.idle(Duration.ofMillis(950));
      bed.send("GET", "second");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).singleElement().matches(s -> s.cause() == Cause.IDLE_LIMIT);
    }
  }

  @Test
  void mustRetireAConnectionBeforeThePlansLimit() throws Exception {
    ConnectionPlan plan =
        NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofSeconds(2))).plan();
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server, plan, g -> g, p -> p, h -> h)) {
      bed.send("GET", "first");
      Await.idle(Duration.ofMillis(1_950));
      bed.send("GET", "second");
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-ERR unknown command 'GET'\r\n", "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1."})
  void mustNameAForeignServerAndRepeatNothing(String said) throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = Bed.withoutClientRetries(server)) {
      server.always(new Exchange.Babbled(said, Ending.FIN));
      assertThatThrownBy(() -> bed.send("GET", "first")).isInstanceOf(IOException.class);
      assertThat(server.executions("first")).isEqualTo(1);
      if (!said.startsWith("HTTP")) {
        Await.until(
            "diagnosed",
            Bed.SOON,
            () ->
                bed.diagnoses().stream()
                    .anyMatch(
                        d -> d.diagnosis().explanations().contains(Explanation.FOREIGN_PROTOCOL)));
      }
    }
  }

  @Test
  void mustEndCallsWhenTheClientIsClosed() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      server.always(new Exchange.Unanswered(Ending.OPEN));
      ExecutorService callers = Executors.newFixedThreadPool(4);
      List<CompletableFuture<Void>> calls = new ArrayList<>();
      for (String method : List.of("GET", "POST", "GET", "POST")) {
        String id = method + calls.size();
        calls.add(
            CompletableFuture.runAsync(
                () -> {
                  try {
                    bed.send(method, id);
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                },
                callers));
      }
      Await.until("in flight", Bed.SOON, () -> server.begun() == 4);
      bed.client().close(CloseMode.IMMEDIATE);
      for (CompletableFuture<Void> call : calls) {
        assertThatThrownBy(() -> call.get(Bed.SOON.toSeconds(), TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class);
      }
      callers.shutdownNow();
      assertThat(server.begun()).isEqualTo(4);
    }
  }

  @Test
  void mustPutNoSecretIntoAnyText() throws Exception {
    List<String> texts = new ArrayList<>();
    try (FaultServer server = FaultServer.plain();
        Bed bed = new Bed(server)) {
      bed.guard().onConnect(report -> texts.add(report.outcome() + " " + report.redials()));
      for (Exchange fault :
          List.<Exchange>of(
              new Exchange.Unanswered(Ending.FIN),
              new Exchange.AnswerCut(Answer.ok().withBody("hunter2"), 40, Ending.RST),
              new Exchange.Babbled("-ERR hunter2\r\n", Ending.FIN))) {
        bed.send("GET", "first");
        server.next(fault);
        HttpUriRequestBase secret = bed.request("POST", "hunter2?password=hunter2");
        secret.addHeader("Authorization", "Bearer hunter2");
        secret.addHeader("Cookie", "session=hunter2");
        try {
          bed.send(secret);
        } catch (AmbiguousHttpOutcomeException thrown) {
          texts.add(thrown + " " + thrown.getCause());
        } catch (IOException clients) {
          // its text is the client's
        }
      }
      Await.until("diagnosed", Bed.SOON, () -> bed.diagnoses().size() >= 2);
      bed.swaps().forEach(swap -> texts.add(swap.toString()));
      bed.diagnoses().forEach(event -> texts.add(event.toString() + event.line()));
      bed.meters().getMeters().forEach(meter -> texts.add(meter.getId().toString()));
    }
    assertThat(texts).hasSizeGreaterThan(10).noneMatch(text -> text.contains("hunter2"));
  }
}
