package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.metrics.HoldfastMeter;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server says "not now, but then". */
final class OkHttpDeclinedTest {

  private static final String LATER = "Retry-After: 1\r\n";

  private volatile int status = 503;
  private volatile int times = 1;
  private volatile String field = LATER;

  private final ScriptedServer server = new ScriptedServer(this::answer);

  OkHttpDeclinedTest() throws IOException {}

  private String answer(String request, int before) {
    return before < times
        ? "HTTP/1.1 %d Later\r\n%sContent-Length: 0\r\n\r\n".formatted(status, field)
        : ScriptedServer.ok("done");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static OkBed bed(UnaryOperator<OkHttpGuardBuilder> guard) {
    return new OkBed(guard, client -> client);
  }

  private Request request(String method, String path) {
    return OkBed.request(method, server.url(path), "id").build();
  }

  private static int code(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      return response.code();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 429})
  void mustSendAReadAgainOnceItsServerWantsIt(int declines) throws Exception {
    status = declines;
    try (OkBed bed = bed(guard -> guard)) {
      long began = System.nanoTime();
      assertThat(code(bed.client(), request("GET", "/a"))).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(1));
      assertThat(server.requests()).containsExactly("GET /a", "GET /a");
      assertThat(bed.count(HoldfastMeter.DECLINED)).isEqualTo(1);
    }
    OkHttpClient bare = new OkHttpClient();
    assertThat(code(bare, request("GET", "/bare"))).isEqualTo(declines);
  }

  @Test
  void mustTellWhatMustNotRunTwice() throws Exception {
    try (OkBed bed = bed(guard -> guard)) {
      assertThat(code(bed.client(), request("POST", "/a"))).isEqualTo(503);
      assertThat(server.requests()).containsExactly("POST /a");
    }
  }

  @Test
  void mustTellWhoWantsToHear() throws Exception {
    try (OkBed bed = bed(guard -> guard.declinedPatience(Duration.ZERO))) {
      assertThat(code(bed.client(), request("GET", "/a"))).isEqualTo(503);
      assertThat(server.requests()).containsExactly("GET /a");
    }
  }

  /** Without the field it may as well mean never. */
  @ParameterizedTest
  @ValueSource(strings = {"", "Retry-After: soon\r\n", "Retry-After: 60\r\n"})
  void mustTellWhatNamesNoTimeWithinItsPatience(String says) throws Exception {
    field = says;
    try (OkBed bed = bed(guard -> guard)) {
      assertThat(code(bed.client(), request("GET", "/a"))).isEqualTo(503);
      assertThat(server.requests()).containsExactly("GET /a");
    }
  }

  @Test
  void mustNotKeepACallerForLongerThanHeWaits() throws Exception {
    field = "Retry-After: 4\r\n";
    UnaryOperator<OkHttpClient.Builder> hasty = client -> client.readTimeout(Duration.ofSeconds(3));
    try (OkBed bed = new OkBed(guard -> guard, hasty)) {
      assertThat(code(bed.client(), request("GET", "/a"))).isEqualTo(503);
      assertThat(server.requests()).containsExactly("GET /a");
    }
  }

  @Test
  void mustLeaveAClientAloneThatDoesNotRetry() throws Exception {
    try (OkBed bed = new OkBed(guard -> guard, client -> client.retryOnConnectionFailure(false))) {
      assertThat(code(bed.client(), request("GET", "/a"))).isEqualTo(503);
    }
  }

  @Test
  void mustEndWithItsCallWhileItWaits() throws Exception {
    field = "Retry-After: 4\r\n";
    try (OkBed bed = bed(guard -> guard)) {
      Call call = bed.client().newCall(request("GET", "/a"));
      CompletableFuture<Response> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return call.execute();
                } catch (IOException ended) {
                  throw new IllegalStateException(ended);
                }
              });
      Await.until("it waits", OkBed.SOON, () -> bed.count(HoldfastMeter.DECLINED) == 1);
      call.cancel();
      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("Canceled");
      assertThat(server.requests()).containsExactly("GET /a");
    }
  }
}
