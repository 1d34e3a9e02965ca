package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.junit.jupiter.api.Test;

/**
 * The server closes a connection while a POST is made for it, so that nothing of the POST comes to
 * it any more: its FIN and the reset behind it say so. It moves, although it was sent.
 */
final class ClosedAtSendingTest {

  private static final String BODY = "body";
  private static final ConnectionPlan PLAN =
      NetworkPath.to(ServerLimits.withIdleTimeout("server", Duration.ofMinutes(5))).plan();

  /** Posts; tells when the request has its connection and has not been sent. */
  @FunctionalInterface
  private interface Poster {

    /** Fails if the call does. */
    void post(Runnable beforeItIsSent) throws Exception;
  }

  private static void mustMove(Poster poster, HalfClosingServer server) throws Exception {
    poster.post(() -> {});
    poster.post(once(server::closeLatest));
    assertThat(server.posts()).isEqualTo(2);
  }

  /** What still reads may still run it, and has run it here. */
  private static void mustNotMove(Poster poster, HalfClosingServer server) throws Exception {
    poster.post(() -> {});
    assertThatThrownBy(() -> poster.post(once(server::closeOutput)))
        .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
    server.awaitPosts(2);
  }

  private static Runnable once(Runnable action) {
    boolean[] done = new boolean[1];
    return () -> {
      if (!done[0]) {
        done[0] = true;
        action.run();
      }
    };
  }

  @Test
  void mustMoveHttpClients() throws Exception {
    assumeTrue(Epoll.isAvailable(), "no native epoll");
    try (HalfClosingServer server = new HalfClosingServer();
        CloseableHttpClient client = httpClient()) {
      mustMove(onHttpClient(client, server), server);
    }
    try (HalfClosingServer server = new HalfClosingServer();
        CloseableHttpClient client = httpClient()) {
      mustNotMove(onHttpClient(client, server), server);
    }
  }

  private static CloseableHttpClient httpClient() {
    ApacheHttpGuard guard = ApacheHttpGuard.custom(PLAN).build();
    return guard
        .install(HttpClients.custom())
        .setConnectionManager(guard.install(PoolingHttpClientConnectionManagerBuilder.create()))
        .build();
  }

  private static Poster onHttpClient(CloseableHttpClient client, HalfClosingServer server) {
    return hook -> {
      HttpPost post = new HttpPost(server.uri());
      post.setEntity(
          new EntityTemplate(
              BODY.length(),
              ContentType.TEXT_PLAIN,
              null,
              out -> out.write(body(hook).getBytes(StandardCharsets.US_ASCII))));
      assertThat(client.<Integer>execute(post, response -> response.getCode())).isEqualTo(200);
    };
  }

  @Test
  void mustMoveOkHttps() throws Exception {
    assumeTrue(Epoll.isAvailable(), "no native epoll");
    for (boolean half : new boolean[] {false, true}) {
      OkHttpClient client =
          OkHttpGuard.custom(PLAN).build().install(new OkHttpClient.Builder()).build();
      try (HalfClosingServer server = new HalfClosingServer()) {
        if (half) {
          mustNotMove(onOkHttp(client, server), server);
        } else {
          mustMove(onOkHttp(client, server), server);
        }
      } finally {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
      }
    }
  }

  private static Poster onOkHttp(OkHttpClient client, HalfClosingServer server) {
    return hook -> {
      RequestBody body =
          new RequestBody() {
            @Override
            public MediaType contentType() {
              return MediaType.get("text/plain");
            }

            @Override
            public long contentLength() {
              return BODY.length();
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
              sink.writeUtf8(body(hook));
            }
          };
      Request post = new Request.Builder().url(server.uri()).post(body).build();
      try (var response = client.newCall(post).execute()) {
        assertThat(response.code()).isEqualTo(200);
      }
    };
  }

  private static String body(Runnable hook) {
    hook.run();
    return BODY;
  }
}
