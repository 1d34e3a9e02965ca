package dev.holdfast.http.okhttp;

import static dev.holdfast.http.okhttp.ScriptedServer.HANGS_UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is repeated is the leg that was lost, and never an earlier one, whatever made the legs. */
@Timeout(60)
final class OkHttpLegTest {

  private static String shop(String request, int before) {
    return switch (request) {
      case "POST /pay" -> ScriptedServer.redirect(303, "/receipt");
      case "POST /move" -> ScriptedServer.redirect(307, "/moved");
      case "GET /receipt" -> before == 0 ? HANGS_UP : ScriptedServer.ok("receipt");
      case "POST /moved", "POST /lost" -> HANGS_UP;
      default -> ScriptedServer.ok("warm");
    };
  }

  private static Request get(ScriptedServer server, String path) {
    return OkBed.request("GET", server.url(path), "x").build();
  }

  private static Request post(ScriptedServer server, String path) {
    return OkBed.request("POST", server.url(path), "x").build();
  }

  @Test
  void mustRepeatTheReceiptAndNotThePayment() throws IOException {
    try (ScriptedServer server = new ScriptedServer(OkHttpLegTest::shop);
        OkBed bed = new OkBed()) {
      bed.send(get(server, "/warm"));
      assertThat(bed.send(post(server, "/pay"))).isEqualTo("receipt");
      assertThat(server.requests())
          .containsExactly("GET /warm", "POST /pay", "GET /receipt", "GET /receipt");
    }
  }

  @Test
  void mustNotRepeatAPostThatWasSentOn() throws IOException {
    try (ScriptedServer server = new ScriptedServer(OkHttpLegTest::shop);
        OkBed bed = new OkBed()) {
      bed.send(get(server, "/warm"));
      assertThatThrownBy(() -> bed.send(post(server, "/move")))
          .isInstanceOf(AmbiguousOkHttpOutcomeException.class);
      assertThat(server.requests()).containsExactly("GET /warm", "POST /move", "POST /moved");
    }
  }

  /** Those before the guard's and those behind it see the typed exception, once. */
  @Test
  void mustTellTheUsersInterceptors() throws IOException {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (ScriptedServer server = new ScriptedServer(OkHttpLegTest::shop);
        OkBed bed =
            new OkBed(
                guard -> guard,
                client ->
                    client
                        .addInterceptor(telling("app", seen))
                        .addNetworkInterceptor(telling("network", seen)))) {
      OkHttpClient more =
          bed.client()
              .newBuilder()
              .addInterceptor(telling("late", seen))
              .addNetworkInterceptor(telling("late network", seen))
              .build();
      assertThatThrownBy(() -> OkBed.send(more, post(server, "/lost")))
          .isInstanceOf(AmbiguousOkHttpOutcomeException.class);
      assertThat(seen)
          .containsExactly(
              "late network IOException",
              "network IOException",
              "late AmbiguousOkHttpOutcomeException",
              "app AmbiguousOkHttpOutcomeException");
      assertThat(server.requests()).containsExactly("POST /lost");
    }
  }

  private static Interceptor telling(String who, List<String> seen) {
    return chain -> {
      try {
        return chain.proceed(chain.request());
      } catch (IOException thrown) {
        seen.add(who + " " + thrown.getClass().getSimpleName());
        throw thrown;
      }
    };
  }

  @Test
  void mustNotProduceABodyTwiceThatHasOneShot() throws IOException {
    List<String> produced = new CopyOnWriteArrayList<>();
    RequestBody once =
        new RequestBody() {
          @Override
          public MediaType contentType() {
            return MediaType.get("text/plain");
          }

          @Override
          public long contentLength() {
            return 4;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            produced.add("body");
            sink.writeUtf8("body");
          }

          @Override
          public boolean isOneShot() {
            return true;
          }
        };
    try (ScriptedServer server = new ScriptedServer((line, before) -> HANGS_UP);
        OkBed bed = new OkBed()) {
      Request request = new Request.Builder().url(server.url("/put")).put(once).build();
      assertThatThrownBy(() -> bed.send(request)).isInstanceOf(IOException.class);
      assertThat(produced).hasSize(1);
      assertThat(server.requests()).hasSize(1);
    }
  }

  /** Its body has not left, so nothing has run (RFC 9110, section 10.1.1). */
  @Test
  void mustSendAPostAgainWhoseServerHungUpInsteadOfAskingForTheBody() throws IOException {
    try (ScriptedServer server = new ScriptedServer((line, before) -> ScriptedServer.ok("paid"));
        OkBed bed = new OkBed()) {
      bed.send(get(server, "/warm"));
      server.hangUpNext();
      Request request = post(server, "/pay").newBuilder().header("Expect", "100-continue").build();
      assertThat(bed.send(request)).isEqualTo("paid");
      assertThat(server.requests()).containsExactly("GET /warm", "POST /pay");
    }
  }

  @Test
  void mustServeCallsOfTheDispatcherToo() throws Exception {
    List<String> answers = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    try (ScriptedServer server = new ScriptedServer(OkHttpLegTest::shop);
        OkBed bed = new OkBed()) {
      bed.client()
          .newCall(post(server, "/lost"))
          .enqueue(
              new Callback() {
                @Override
                public void onFailure(Call call, IOException thrown) {
                  answers.add(thrown.getClass().getSimpleName());
                  done.countDown();
                }

                @Override
                public void onResponse(Call call, Response response) {
                  response.close();
                  done.countDown();
                }
              });
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(answers).containsExactly("AmbiguousOkHttpOutcomeException");
      assertThat(server.requests()).containsExactly("POST /lost");
    }
  }

  /** Each address of a name is a connect of its own, with fast fallback as without. */
  @Test
  void mustBookEveryDialAtTheGate() throws IOException {
    for (boolean fast : new boolean[] {true, false}) {
      try (ScriptedServer server = new ScriptedServer(OkHttpLegTest::shop);
          OkBed bed =
              new OkBed(
                  guard -> guard.withoutNameWatch(),
                  client ->
                      fastFallback(client, fast)
                          .dns(
                              name ->
                                  List.of(
                                      InetAddress.getByName("127.0.0.9"),
                                      InetAddress.getLoopbackAddress())))) {
        String url = "http://shop.test:" + server.port() + "/warm";
        assertThat(bed.send(OkBed.request("GET", url, "x").build())).isEqualTo("warm");
        Await.until("both are told of", OkBed.SOON, () -> bed.connects().size() == 2);
        List<String> ends = new ArrayList<>();
        bed.connects().forEach(report -> ends.add(report.outcome().name()));
        if (fast && ends.contains("CANCELLED")) { // 250 ms have passed before it was refused
          assertThat(ends).containsExactlyInAnyOrder("CANCELLED", "CONNECTED");
        } else if (fast) {
          assertThat(ends).containsExactlyInAnyOrder("REFUSED", "CONNECTED");
        } else {
          assertThat(ends).containsExactly("REFUSED", "CONNECTED");
        }
      }
    }
  }

  /** OkHttp 4 has none. */
  private static OkHttpClient.Builder fastFallback(OkHttpClient.Builder client, boolean on) {
    try {
      OkHttpClient.Builder.class.getMethod("fastFallback", boolean.class).invoke(client, on);
    } catch (ReflectiveOperationException older) {
      // then the addresses are dialled in turn
    }
    return client;
  }
}
