package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import io.netty.handler.timeout.ReadTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What an operator sees of the calls of a guarded Reactor Netty. */
final class CallMetersTest {

  private static double calls(HttpBed bed) {
    return bed.registry.get(HoldfastMeter.CALLS.meterName()).functionCounter().count();
  }

  @Test
  void mustCountEachAndThoseThatTimedOutOrWereCancelled() {
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      for (int i = 0; i < 3; i++) {
        bed.get(server.uri("/" + i));
      }
      assertThat(bed.count(HoldfastMeter.TIMED_OUT.meterName())).isZero();
      server.freeze();
      assertThatThrownBy(
              () ->
                  bed.client
                      .responseTimeout(Duration.ofMillis(100))
                      .post()
                      .uri(server.uri("/late"))
                      .responseSingle(HttpBed::answer)
                      .block(HttpBed.SOON))
          .isInstanceOf(ReadTimeoutException.class);
      CompletableFuture<String> gone = bed.call("POST", server.uri("/gone")).toFuture();
      gone.cancel(true);
      server.thaw();
      Await.until(
          "both counted", HttpBed.SOON, () -> bed.count(HoldfastMeter.TIMED_OUT.meterName()) == 2);
      bed.get(server.uri("/after"));
      assertThat(calls(bed)).isEqualTo(6);
      assertThat(bed.count(HoldfastMeter.TIMED_OUT.meterName())).isEqualTo(2);
    }
  }
}
