package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.lab.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A call ends whatever its user's own parts throw while it connects. */
final class AsyncTheirsTest {

  static Stream<Throwable> theirs() {
    return Stream.of(
        new AssertionError("theirs"),
        new IllegalStateException("theirs"),
        new IOException("theirs, and undeclared"));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> RuntimeException undeclared(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest
  @MethodSource("theirs")
  void mustEndWhateverTheResolverThrows(Throwable theirs) throws Exception {
    try (ApacheAsyncGuard guard =
        ApacheAsyncGuard.custom(Bed.plan()).meterRegistry(new SimpleMeterRegistry()).build()) {
      AsyncClientConnectionManager connections =
          guard.install(
              PoolingAsyncClientConnectionManagerBuilder.create()
                  .setDnsResolver(
                      new SystemDefaultDnsResolver() {
                        @Override
                        public InetAddress[] resolve(String host) {
                          throw AsyncTheirsTest.<RuntimeException>undeclared(theirs);
                        }
                      }));
      try (CloseableHttpAsyncClient client =
          guard.install(HttpAsyncClients.custom()).setConnectionManager(connections).build()) {
        client.start();
        Future<SimpleHttpResponse> call =
            client.execute(AsyncBed.request("GET", "http://no.where.invalid/", "1"), null);
        assertThat(catchThrowable(() -> call.get(AsyncBed.SOON.toSeconds(), TimeUnit.SECONDS)))
            .hasRootCause(theirs);
        Await.until(
            "nothing leased",
            AsyncBed.SOON,
            () -> ((ConnPoolControl<?>) connections).getTotalStats().getLeased() == 0);
      }
    }
  }
}
