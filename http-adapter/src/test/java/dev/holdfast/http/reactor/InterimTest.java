package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An interim answer is no answer. Reactor Netty takes 102 and 103 for one, and the real one then
 * for that of the next request over the connection: without a guard each of these fails.
 */
final class InterimTest {

  private static Exchange.Babbled interim(int code, String body) {
    return new Exchange.Babbled(
        "HTTP/1.1 %d Interim\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(code, body.length(), body),
        Ending.OPEN);
  }

  @ParameterizedTest
  @ValueSource(ints = {102, 103})
  void mustNotAnswerTheNextRequestWithWhatFollowsAnInterimAnswer(int code) throws Exception {
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      for (int i = 0; i < 20; i++) {
        server.next(interim(code, "of another"));
        CompletableFuture<String> first = bed.call("GET", server.uri("/x")).toFuture();
        CompletableFuture<String> waiting = bed.call("GET", server.uri("/y")).toFuture();
        first.get(20, TimeUnit.SECONDS);
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("200 /y");
      }
    }
  }
}
