package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.lab.Await;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.NotExecutedException;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Each stream of HTTP/2 has its own fate, and the calls on it the one that follows. */
final class StreamFateTest {

  private static HttpBed bed() {
    return new HttpBed(HttpBed.plan(), s -> s, client -> client.protocol(HttpProtocol.H2C));
  }

  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"INTERNAL_ERROR", "NO_ERROR", "ENHANCE_YOUR_CALM", "CANCEL"})
  void mustTreatAStreamThatWasResetAsAConnectionThatWas(Fate code) {
    try (H2Server server = new H2Server(false);
        HttpBed bed = bed()) {
      bed.get(server.uri("/first"));
      server.next(code);
      assertThat(bed.call("GET", server.uri("/read")).block(HttpBed.SOON)).isEqualTo("200 /read");
      assertThat(server.executions("/read")).isEqualTo(2);
      server.next(code);
      assertThatThrownBy(() -> bed.call("POST", server.uri("/write")).block(HttpBed.SOON))
          .satisfies(
              thrown -> {
                var ambiguous = AmbiguousOutcomeException.in(thrown).orElseThrow();
                assertThat(ambiguous.delivery()).isEqualTo(Delivery.SENT_UNANSWERED);
                assertThat(ambiguous.evidence()).contains(code.name());
              });
      assertThat(server.executions("/write")).isEqualTo(1);
      assertThat(bed.get(server.uri("/next"))).isEqualTo("200 /next");
      assertThat(server.connections()).isEqualTo(1);
      assertThat(bed.swaps).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"REFUSED,GET", "REFUSED,POST", "GOAWAY,GET", "GOAWAY,POST"})
  void mustMoveACallAsOftenAsItIsRefused(Fate fate, String method) {
    try (H2Server server = new H2Server(false);
        HttpBed bed = bed()) {
      for (int i = 0; i < 6; i++) {
        server.next(fate);
      }
      assertThat(bed.call(method, server.uri("/x")).block(HttpBed.SOON)).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(1);
    }
  }

  /** By default 45 seconds, which this test would not wait for. */
  @Test
  void mustMoveNoLongerThanTheUsersCallsWaitForAConnection() {
    ReactorHttpGuard guard = ReactorHttpGuard.create(HttpBed.plan());
    ConnectionProvider pool =
        guard.provider(
            ConnectionProvider.builder("hasty").pendingAcquireTimeout(Duration.ofSeconds(2)));
    try (H2Server server = new H2Server(false)) {
      for (int i = 0; i < 100_000; i++) {
        server.next(Fate.REFUSED);
      }
      HttpClient client = guard.install(HttpClient.create(pool)).protocol(HttpProtocol.H2C);
      assertThatThrownBy(() -> client.post().uri(server.uri("/x")).response().block(HttpBed.SOON))
          .isInstanceOf(NotExecutedException.class);
      assertThat(server.executions("/x")).isZero();
    } finally {
      pool.dispose();
      guard.close();
    }
  }

  /** A call that was lost once may be refused afterwards, and says both. */
  @Test
  void mustStillRepeatOnceWhatWasRefusedBefore() {
    try (H2Server server = new H2Server(false);
        HttpBed bed = bed()) {
      bed.get(server.uri("/first"));
      server.next(Fate.REFUSED).next(Fate.CANCEL).next(Fate.REFUSED);
      assertThat(bed.get(server.uri("/x"))).isEqualTo("200 /x");
      assertThat(server.executions("/x")).isEqualTo(2);
    }
  }

  /** Server-sent events that pause, or an answer that takes long. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustAskForASignOfLifeBesideASilentStream(boolean answersPing) {
    var plan =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("lab"))
            .plan(RequestedSettings.none().pingPeriod(Duration.ofMillis(300)));
    try (H2Server server = new H2Server(false);
        HttpBed bed = new HttpBed(plan, s -> s, client -> client.protocol(HttpProtocol.H2C))) {
      if (!answersPing) {
        server.withoutPingAnswers();
      }
      bed.get(server.uri("/first"));
      server.next(Fate.SILENT);
      var silent = bed.call("POST", server.uri("/silent")).toFuture();
      if (answersPing) {
        Await.until("asked", HttpBed.SOON, () -> server.pings() >= 3);
        assertThat(silent).isNotDone();
        assertThat(bed.swaps).isEmpty();
        silent.cancel(true);
      } else {
        assertThat(silent).failsWithin(HttpBed.SOON);
        assertThat(bed.swaps(1).get(0).cause()).isEqualTo(Cause.PROBES_UNANSWERED);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void mustServeMoreCallsThanThereMayBeStreams(int streams) {
    var few = Http2Settings.defaultSettings().maxConcurrentStreams(streams);
    try (H2Server server = new H2Server(false, few);
        HttpBed bed = bed()) {
      List<CompletableFuture<String>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(bed.call("POST", server.uri("/x")).toFuture());
      }
      calls.forEach(call -> assertThat(call).succeedsWithin(HttpBed.SOON).isEqualTo("200 /x"));
      assertThat(server.executions("/x")).isEqualTo(200);
    }
  }
}
