package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A load balancer says {@code 408 Request Time-out} on an idle connection and closes it (HAProxy's
 * {@code timeout http-keep-alive}). It answers no request; bare HttpClient 5 hands it to the next.
 */
final class FarewellTest {

  @ParameterizedTest
  @CsvSource({
    "HC5,false",
    "HC5,true",
    "HC5_ASYNC,false",
    "HC5_ASYNC,true",
    "REACTOR,false",
    "REACTOR,true",
    "OKHTTP,false",
    "OKHTTP,true"
  })
  void mustNotTakeAFarewellForAnAnswer(Client client, boolean tls) throws Exception {
    for (Verb verb : List.of(Verb.POST, Verb.GET)) {
      bare(client, tls, verb);
      try (FaultServer server = tls ? FaultServer.tls() : FaultServer.plain();
          HttpContender guarded = client.guarded(Target.of(server, tls, 1))) {
        Settled settled = afterFarewell(server, guarded, verb);
        System.out.printf("[http] 408 while idle, tls=%s, guarded %s: %s%n", tls, client, settled);
        assertThat(settled.end()).as(settled.line()).isEqualTo(Settled.End.ANSWERED);
        assertThat(server.executions(settled.id())).isEqualTo(1);
      }
    }
  }

  private static void bare(Client client, boolean tls, Verb verb) throws Exception {
    try (FaultServer server = tls ? FaultServer.tls() : FaultServer.plain();
        HttpContender bare = client.bare(Target.of(server, tls, 1))) {
      Settled settled = afterFarewell(server, bare, verb);
      System.out.printf("[http] 408 while idle, tls=%s, bare %s: %s%n", tls, client, settled);
      if (client == Client.HC5) {
        assertThat(settled.end()).isEqualTo(Settled.End.FALSELY_ANSWERED);
        assertThat(server.executions(settled.id())).isZero();
      }
    }
  }

  private static Settled afterFarewell(FaultServer server, HttpContender contender, Verb verb) {
    assertThat(Crew.settle(contender, Verb.GET, "first").end()).isEqualTo(Settled.End.ANSWERED);
    Await.until("idle", Trial.SOON, () -> server.idle() == 1);
    server.farewellIdle();
    return Crew.settle(contender, verb, "second");
  }
}
