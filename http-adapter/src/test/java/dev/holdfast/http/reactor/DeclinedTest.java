package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.lab.Await;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** A server that says when it would run a request is asked again then, if that may run twice. */
final class DeclinedTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final BusyServer server = new BusyServer();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ConnectionProvider barePool = ConnectionProvider.create("bare");
  private ReactorHttpGuard guard = guard(each -> each);
  private ConnectionProvider guardedPool = guard.provider(ConnectionProvider.builder("guarded"));

  private ReactorHttpGuard guard(UnaryOperator<ReactorHttpGuardBuilder> with) {
    return with.apply(
            ReactorHttpGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("lab")).plan())
                .name("busy")
                .meterRegistry(registry))
        .build();
  }

  @AfterEach
  void close() {
    barePool.dispose();
    endGuard();
    server.close();
  }

  private void endGuard() {
    guardedPool.dispose();
    guard.close();
  }

  private void guardWith(UnaryOperator<ReactorHttpGuardBuilder> with) {
    endGuard();
    guard = guard(with);
    guardedPool = guard.provider(ConnectionProvider.builder("guarded"));
  }

  private HttpClient bare(HttpProtocol protocol) {
    return server.reach(HttpClient.create(barePool), protocol);
  }

  private HttpClient guarded(HttpProtocol protocol) {
    return server.reach(guard.install(HttpClient.create(guardedPool)), protocol);
  }

  private static int status(HttpClient client, HttpMethod method) {
    return Objects.requireNonNull(
        client
            .request(method)
            .uri("/")
            .responseSingle((head, body) -> body.thenReturn(head.status().code()))
            .block(SOON));
  }

  private double declined() {
    return registry
        .get(HoldfastMeter.DECLINED.meterName())
        .tag("code", "http_503")
        .counter()
        .count();
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP11", "H2C"})
  void mustAskAgainWhenItWasAskedTo(HttpProtocol protocol) {
    server.declines(1, "1");
    assertThat(status(bare(protocol), HttpMethod.GET)).as("bare").isEqualTo(503);
    HttpClient client = guarded(protocol);
    assertThat(status(client, HttpMethod.GET)).isEqualTo(200);
    int before = server.asked();
    server.declines(2, "1");
    long began = System.nanoTime();
    assertThat(status(client, HttpMethod.GET)).isEqualTo(200);
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(Duration.ofSeconds(2).toNanos());
    assertThat(server.asked() - before).isEqualTo(3);
    assertThat(server.open()).as("none was closed").isEqualTo(server.connections());
    assertThat(declined()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void mustKnowBothAnswersAndADate(int status) {
    server.declines(1, "Sun, 06 Nov 1994 08:49:37 GMT", status);
    assertThat(status(guarded(HttpProtocol.HTTP11), HttpMethod.GET)).isEqualTo(200);
    assertThat(server.asked()).isEqualTo(2);
  }

  private void mustHandOut(HttpClient client, HttpMethod method) {
    int before = server.asked();
    assertThat(status(client, method)).isEqualTo(503);
    assertThat(server.asked() - before).isEqualTo(1);
    server.declines(0, "");
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP11", "H2C"})
  void mustHandOutWhatMayNotRunTwiceOrCannotBeWaitedFor(HttpProtocol protocol) {
    server.declines(9, "1");
    mustHandOut(guarded(protocol), HttpMethod.POST);
    server.declines(9, "6");
    mustHandOut(guarded(protocol), HttpMethod.GET);
    server.declines(9, null);
    mustHandOut(guarded(protocol), HttpMethod.GET);
    server.declines(9, "soon");
    mustHandOut(guarded(protocol), HttpMethod.GET);
    server.declines(9, "4");
    mustHandOut(guarded(protocol).responseTimeout(Duration.ofSeconds(3)), HttpMethod.GET);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP11", "H2C"})
  void mustWaitForNothingWhereThatIsSwitchedOff(HttpProtocol protocol) {
    server.declines(9, "0");
    mustHandOut(guarded(protocol).disableRetry(true), HttpMethod.GET);
    server.declines(9, "0");
    guardWith(each -> each.declinedPatience(Duration.ZERO));
    mustHandOut(guarded(protocol), HttpMethod.GET);
    server.declines(9, "0");
    guardWith(HttpGuardBuilder::withoutRetries);
    mustHandOut(guarded(protocol), HttpMethod.GET);
    server.declines(9, "0");
    guardWith(HttpGuardBuilder::withoutReplayOfIdempotentWrites);
    mustHandOut(guarded(protocol), HttpMethod.DELETE);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP11", "H2C"})
  void mustRepeatNoLegThatWasAnswered(HttpProtocol protocol) {
    server.redirects();
    server.declines(9, "0");
    mustHandOut(guarded(protocol).followRedirect(true), HttpMethod.GET);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP11", "H2C"})
  void mustSendNothingForACallerWhoHasGone(HttpProtocol protocol) {
    HttpClient client = guarded(protocol);
    server.declines(1, "3");
    Disposable call = client.get().uri("/").response().subscribe();
    Await.until("it is declined", SOON, () -> declined() == 1);
    call.dispose();
    for (int i = 0; i < 2; i++) { // each takes as long as the one that has gone
      server.declines(1, "3");
      assertThat(status(client, HttpMethod.GET)).isEqualTo(200);
    }
    assertThat(server.asked()).isEqualTo(1 + 4);
  }

  @Test
  void mustCloseAConnectionWhoseAnswerDoesNotEnd() {
    server.declines(1, "0");
    server.saysMuch();
    HttpClient client = guarded(HttpProtocol.HTTP11);
    assertThat(status(client, HttpMethod.GET)).isEqualTo(200);
    assertThat(server.asked()).isEqualTo(2);
    assertThat(server.connections()).isEqualTo(2);
    Await.until("one is left", SOON, () -> server.open() == 1);
  }
}
