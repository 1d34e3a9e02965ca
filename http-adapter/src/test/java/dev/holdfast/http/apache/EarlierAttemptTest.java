package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Once an attempt of a call was sent, nothing that happens to a later one hides it. */
final class EarlierAttemptTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger heads = new AtomicInteger();
  private final CountDownLatch third = new CountDownLatch(1);

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  /** Answers the first request and closes under the second; what becomes of the third is told. */
  private RawServer server(boolean keepsTheThird) throws IOException {
    return server(keepsTheThird, false);
  }

  private RawServer server(boolean keepsTheThird, boolean resets) throws IOException {
    return RawServer.serving(
        wire -> {
          while (true) {
            wire.head();
            int number = heads.incrementAndGet();
            if (number == 1) {
              wire.ok("fine");
            } else if (number == 2 || !keepsTheThird) {
              if (resets && number > 2) {
                wire.reset();
              }
              return;
            } else {
              third.countDown();
            }
          }
        });
  }

  private static HttpUriRequestBase request(RawServer server, String method) {
    HttpUriRequestBase request =
        new HttpUriRequestBase(method, URI.create("http://127.0.0.1:" + server.port() + "/"));
    request.addHeader("Idempotency-Key", "4711");
    if (method.startsWith("P")) {
      request.setEntity(new StringEntity(""));
    }
    return request;
  }

  private static int send(CloseableHttpClient client, HttpUriRequestBase request)
      throws IOException {
    return client.execute(request, response -> response.getCode());
  }

  private static void carries(Throwable thrown, String method) {
    assertThat(AmbiguousOutcomeException.in(thrown).orElseThrow().call()).isEqualTo(method);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "POST"})
  void mustNotHideItBehindAnAbort(String method) throws Exception {
    try (RawServer server = server(true);
        CloseableHttpClient client = Pair.GUARDED.client()) {
      send(client, request(server, "GET"));
      HttpUriRequestBase request = request(server, method);
      Future<Integer> call = threads.submit(() -> send(client, request));
      assertThat(third.await(Bed.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      request.abort();
      assertThatThrownBy(() -> call.get(Bed.SOON.toSeconds(), TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .satisfies(thrown -> carries(thrown, method));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, false",
    "PUT, false",
    "POST, false",
    "GET, true",
    "PUT, true",
    "POST, true",
  })
  void mustNotHideItBehindOneThatIsNotAnsweredEither(String method, boolean reset)
      throws Exception {
    try (RawServer server = server(false, reset);
        CloseableHttpClient client = Pair.GUARDED.client()) {
      send(client, request(server, "GET"));
      assertThatThrownBy(() -> send(client, request(server, method)))
          .satisfies(thrown -> carries(thrown, method));
      assertThat(heads).hasValue(3);
    }
  }

  /** It cannot be sent: the connection that was accepted for it is reset before its first byte. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "POST"})
  void mustNotHideItBehindOneWhoseConnectionIsResetAtOnce(String method) throws Exception {
    AtomicInteger connections = new AtomicInteger();
    RawServer.Service service =
        wire -> {
          if (connections.incrementAndGet() > 1) {
            wire.reset();
            return;
          }
          wire.head();
          wire.ok("fine");
          wire.head();
        };
    try (RawServer server = RawServer.serving(service);
        CloseableHttpClient client = Pair.GUARDED.client()) {
      send(client, request(server, "GET"));
      assertThatThrownBy(() -> send(client, request(server, method)))
          .satisfies(thrown -> carries(thrown, method));
    }
  }
}
