package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.examples.AsyncLibrary.Calls;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.time.Duration;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is built on HttpClient's asynchronous API, behind a middlebox whose idle limit is declared:
 * it forgets the flow, and resets it at the next byte.
 */
@Timeout(120)
final class AsyncClientsTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("search", Duration.ofMinutes(5)))
        .through(Hop.named("forgetful").idleLimit(LIMIT).build())
        .plan();
  }

  private static HttpHost host(Middlebox box) {
    return new HttpHost("http", "127.0.0.1", box.port());
  }

  /**
   * The first answer waits for its call to have begun: HttpClient closes the connection of one that
   * is quicker. It is back in the pool when its reactor has gone on, which has the whole limit.
   */
  private static void letItBeForgotten(FaultServer server, Middlebox box, Calls client)
      throws IOException {
    server.freeze();
    var first = client.begin("first");
    server.thaw();
    assertThat(AsyncLibrary.answer(first)).isEqualTo("first");
    Await.idle(LIMIT);
    assertThat(box.flowsOpen()).isEqualTo(1);
    box.forgetAll();
    assertThat(box.flowsForgotten()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void mustNotNoticeAForgottenConnection(AsyncLibrary library) throws IOException {
    try (ApacheAsyncGuard guard = ApacheAsyncGuard.create(plan());
        FaultServer server = FaultServer.plain();
        Middlebox box = Middlebox.to(server.port()).start();
        Calls guarded = library.open(host(box), guard)) {
      letItBeForgotten(server, box, guarded);
      assertThat(guarded.post("second")).isEqualTo("second");
      assertThat(server.executions("second")).isEqualTo(1);
      assertThat(box.resetsSent()).isZero();
      assertThat(guard.health().well()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustSayThatACallMayHaveRun(AsyncLibrary library) throws IOException {
    try (ApacheAsyncGuard guard = ApacheAsyncGuard.create(plan());
        FaultServer server = FaultServer.plain();
        Calls guarded = library.open(new HttpHost("http", "127.0.0.1", server.port()), guard)) {
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(() -> guarded.post("first"))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("first")).isEqualTo(1);
    }
  }

  /** For comparison. */
  @ParameterizedTest
  @EnumSource
  void failsBareAtAForgottenConnection(AsyncLibrary library) throws IOException {
    try (FaultServer server = FaultServer.plain();
        Middlebox box = Middlebox.to(server.port()).start();
        Calls bare = library.open(host(box), null)) {
      letItBeForgotten(server, box, bare);
      assertThatThrownBy(() -> bare.post("second")).isInstanceOf(IOException.class);
      assertThat(server.executions("second")).isZero();
      assertThat(box.connectionsAccepted()).isEqualTo(1);
    }
  }
}
