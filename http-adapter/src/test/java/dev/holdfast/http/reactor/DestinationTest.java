package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.unix.DomainSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** Where a call of a client goes is found out without making it. */
final class DestinationTest {

  private static @Nullable Object origin(
      UnaryOperator<HttpClient> configured,
      Function<HttpClient.RequestSender, HttpClient.ResponseReceiver<?>> call) {
    return destination(configured, call).origin();
  }

  private static Destination destination(
      UnaryOperator<HttpClient> configured,
      Function<HttpClient.RequestSender, HttpClient.ResponseReceiver<?>> call) {
    AtomicInteger resolved = new AtomicInteger();
    Destination[] found = new Destination[1];
    HttpClient client =
        configured
            .apply(HttpClient.create().doOnConnect(Destination::told))
            .doOnResolve(any -> resolved.incrementAndGet())
            .mapConnect(
                once -> {
                  found[0] = Destination.of(once);
                  return Mono.empty();
                });
    call.apply(client.post()).response().block(HttpBed.SOON);
    assertThat(resolved).as("connects").hasValue(0);
    return found[0];
  }

  @Test
  void mustKnowWhereACallGoes() {
    assertThat(origin(c -> c, call -> call.uri("http://Some.Host/x"))).isEqualTo("some.host:80");
    assertThat(origin(c -> c, call -> call.uri("https://a/x"))).isEqualTo("a:443");
    assertThat(origin(c -> c, call -> call.uri("wss://a/x"))).isEqualTo("a:443");
    assertThat(origin(c -> c, call -> call.uri("ws://a/x"))).isEqualTo("a:80");
    assertThat(origin(c -> c, call -> call.uri("ws://a:8/x"))).isEqualTo("a:8");
    assertThat(origin(c -> c, call -> call.uri(URI.create("http://a:1/x")))).isEqualTo("a:1");
    assertThat(origin(c -> c.baseUrl("http://b:2/y"), call -> call.uri("/x"))).isEqualTo("b:2");
    assertThat(origin(c -> c.host("c").port(3), call -> call.uri("/x"))).isEqualTo("c:3");
    assertThat(
            origin(c -> c.responseTimeout(Duration.ofHours(1)), call -> call.uri("http://[::1]")))
        .isEqualTo(origin(c -> c, call -> call.uri("http://[0:0:0:0:0:0:0:1]/x")));
    DomainSocketAddress local = new DomainSocketAddress("/x.sock");
    assertThat(origin(c -> c.remoteAddress(() -> local), call -> call.uri("/x"))).isEqualTo(local);
  }

  @Test
  void mustSayThatItDoesNotKnow() {
    assertThat(origin(c -> c, call -> call.uri(Mono.just("http://a/x")))).isNull();
    assertThat(origin(c -> c, call -> call.uri("a:1/x"))).isNull();
    Destination unknown = destination(c -> c, call -> call.uri(Mono.just("http://a/x")));
    assertThat(unknown.mayBe("b:1")).isTrue();
  }

  @Test
  void mustTellCallsOfOneServerFromThoseOfAnother() {
    Destination there =
        destination(c -> c.responseTimeout(Duration.ofSeconds(3)), call -> call.uri("http://a/x"));
    assertThat(there.mayBe("a:80")).isTrue();
    assertThat(there.mayBe("b:80")).isFalse();
    assertThat(there.mayBe(null)).isTrue();
    assertThat(there.responseTimeout()).isEqualTo(Duration.ofSeconds(3));
  }
}
