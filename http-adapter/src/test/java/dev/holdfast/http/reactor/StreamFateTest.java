package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.http.reactor.H2Server.Fate;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.http.HttpProtocol;

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

  @ParameterizedTest
  @CsvSource({"1,1", "3,2"})
  void mustServeMoreCallsThanThereMayBeStreams(int streams, int connections) {
    var few = Http2Settings.defaultSettings().maxConcurrentStreams(streams);
    try (H2Server server = new H2Server(false, few);
        HttpBed bed = bed()) {
      List<CompletableFuture<String>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(bed.call("POST", server.uri("/x")).toFuture());
      }
      calls.forEach(call -> assertThat(call).succeedsWithin(HttpBed.SOON).isEqualTo("200 /x"));
      assertThat(server.executions("/x")).isEqualTo(200);
      assertThat(connections).isPositive();
    }
  }
}
