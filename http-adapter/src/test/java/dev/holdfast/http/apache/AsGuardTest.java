package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.Guard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.junit.jupiter.api.Test;

/** What whoever lists guards learns of the HTTP clients'. */
final class AsGuardTest {

  @Test
  void mustTellWhatItIsAndHowItIs() throws IOException {
    try (FaultServer server = FaultServer.plain();
        ApacheHttpGuard guard = ApacheHttpGuard.create();
        CloseableHttpClient client =
            guard
                .install(HttpClients.custom())
                .setConnectionManager(
                    guard.install(PoolingHttpClientConnectionManagerBuilder.create()))
                .build()) {
      client.execute(new HttpGet(server.uri("/")), answer -> answer.getCode());
      Guard seen = guard;
      assertThat(seen.client()).startsWith("HttpClient 5.");
      assertThat(seen.health().well()).isTrue();
      assertThat(seen.health().endpoints())
          .singleElement()
          .matches(each -> each.address().endsWith(":" + server.port()));
      assertThat(seen.recentDiagnoses()).isEmpty();
    }
  }

  @Test
  void mustAssumeShortLimitsWhereNothingIsDeclared() {
    try (ReactorHttpGuard reactor = ReactorHttpGuard.create();
        ApacheHttpGuard apache = ApacheHttpGuard.create()) {
      for (Guard guard : List.of(reactor, apache)) {
        assertThat(guard.plan().maxIdleAge().orElseThrow()).isLessThan(Duration.ofSeconds(4));
      }
    }
  }
}
