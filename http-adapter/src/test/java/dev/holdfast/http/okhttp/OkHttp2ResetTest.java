package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.reactor.H2Server;
import dev.holdfast.lab.Await;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A connection of HTTP/2 is reset under several calls. OkHttp throws one and the same exception to
 * all of them, and adds to it what any of them has met before.
 */
@Timeout(60)
final class OkHttp2ResetTest {

  private static final String LATE = "late";

  private final H2Server server = new H2Server(false);
  private final CountDownLatch hear = new CountDownLatch(1);
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final OkBed bed =
      new OkBed(
          guard -> guard,
          client ->
              client
                  .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                  .addNetworkInterceptor(this::hearsLast));

  @AfterEach
  void close() {
    callers.shutdownNow();
    bed.close();
    server.close();
  }

  /** Some calls learn late that they have failed. */
  private Response hearsLast(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (IOException thrown) {
      if (chain.request().url().encodedPath().contains(LATE)) {
        awaitLeave();
      }
      throw thrown;
    }
  }

  private void awaitLeave() throws InterruptedIOException {
    try {
      hear.await(OkBed.SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      throw new InterruptedIOException();
    }
  }

  private Future<String> send(String method, String path) {
    return callers.submit(() -> bed.send(OkBed.request(method, server.uri(path), path).build()));
  }

  private void awaitRun(String path) {
    Await.until("executed", OkBed.SOON, () -> server.executions(path) == 1);
  }

  /** OkHttp 4 repeats a call that OkHttp 5 does not. */
  private static @Nullable Throwable ended(Future<String> call) throws InterruptedException {
    try {
      call.get();
      return null;
    } catch (ExecutionException failed) {
      return failed.getCause();
    }
  }

  @Test
  void mustNotSendAPostAgainForWhatAnotherCallHasMet() throws Exception {
    assertThat(send("GET", "/first").get()).isEqualTo("/first");
    String refused = "/by/a/GOAWAY~SILENT~ANSWERED/";
    String pay = "/by/b/SILENT~ANSWERED/" + LATE;
    String reset = "/by/c/RESET~ANSWERED/";
    Future<String> other = send("GET", refused);
    awaitRun(refused); // by another connection
    Future<String> post = send("POST", pay);
    awaitRun(pay);
    assertThat(send("GET", reset).get()).isEqualTo(reset);
    ended(other);
    hear.countDown();
    assertThat(ended(post)).isInstanceOf(AmbiguousOkHttpOutcomeException.class);
    assertThat(server.executions(pay)).isEqualTo(1);
  }
}
