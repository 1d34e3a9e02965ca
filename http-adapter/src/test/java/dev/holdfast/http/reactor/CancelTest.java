package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.http.FaultServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;

/**
 * A caller who hangs up hurts nobody. Where a pool has one connection and every other call is
 * cancelled about when it is answered, one call in ten to thirty fails without a guard: the
 * connection is closed that the next one was lent meanwhile.
 */
final class CancelTest {

  private static final int ROUNDS = 1_000;
  private static final int SECURE_ROUNDS = 250; // each close costs a handshake

  /** About as long as an exchange takes here. */
  private static final int MOST_NANOS = 600_000;

  private static HttpClient trusting(HttpClient client, FaultServer server) {
    JdkSslContext trust =
        new JdkSslContext(
            server.clientContext(),
            true,
            null,
            IdentityCipherSuiteFilter.INSTANCE,
            null,
            ClientAuth.NONE,
            null,
            false);
    return client
        .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
        .secure(tls -> tls.sslContext(trust));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void mustNotCloseTheConnectionUnderTheNextCall(String method) throws Exception {
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      cancelEveryOther(bed, server, method, ROUNDS);
    }
  }

  /** Reactor Netty then has its pool of HTTP/2 above ours, although HTTP/1.1 is spoken. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void mustNotDoSoWhereHttp2WasOffered(String method) throws Exception {
    try (FaultServer server = FaultServer.tls();
        HttpBed bed = new HttpBed(HttpBed.plan(), s -> s, client -> trusting(client, server))) {
      cancelEveryOther(bed, server, method, SECURE_ROUNDS);
    }
  }

  private static void cancelEveryOther(HttpBed bed, FaultServer server, String method, int rounds)
      throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < rounds; i++) {
      CompletableFuture<String> cancelled = bed.call("POST", server.uri("/gone")).toFuture();
      CompletableFuture<String> next = bed.call(method, server.uri("/" + i)).toFuture();
      pass(random.nextInt(MOST_NANOS));
      cancelled.cancel(true);
      assertThat(next.get(HttpBed.SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("200 /" + i);
      assertThat(server.executions("/" + i)).isEqualTo(1);
    }
  }

  /** The same of one that is cancelled while its body arrives. */
  @Test
  void mustNotDoSoToACallThatFollowsAnUnreadBody() throws Exception {
    Random random = new Random(2);
    try (FaultServer server = FaultServer.plain();
        HttpBed bed = new HttpBed()) {
      for (int i = 0; i < ROUNDS; i++) {
        Disposable cancelled =
            bed.client
                .get()
                .uri(server.uri("/gone"))
                .responseContent()
                .subscribe(part -> {}, failure -> {});
        CompletableFuture<String> next = bed.call("GET", server.uri("/" + i)).toFuture();
        pass(random.nextInt(MOST_NANOS));
        cancelled.dispose();
        assertThat(next.get(HttpBed.SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo("200 /" + i);
      }
    }
  }

  private static void pass(int nanos) {
    long until = System.nanoTime() + nanos;
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }
}
