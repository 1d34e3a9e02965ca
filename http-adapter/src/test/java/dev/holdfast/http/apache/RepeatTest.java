package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is repeated is what was lost, as often as without a guard or more, never if unwanted. */
final class RepeatTest {

  private static final Exchange LOST = new Exchange.Unanswered(Ending.RST);

  private static final String CHALLENGE =
      """
      HTTP/1.1 401 No\r
      WWW-Authenticate: Basic realm="x"\r
      Content-Length: 0\r
      \r
      """;

  private static UnaryOperator<HttpClientBuilder> retrying(int times) {
    return http ->
        http.setRetryStrategy(
            new DefaultHttpRequestRetryStrategy(times, TimeValue.ofMilliseconds(10)));
  }

  private static HttpUriRequestBase request(String uri, String method, String id) {
    HttpUriRequestBase request = new HttpUriRequestBase(method, java.net.URI.create(uri));
    request.addHeader(FaultServer.REQUEST_ID, id);
    if (!method.equals("GET")) {
      request.setEntity(new StringEntity("body"));
    }
    return request;
  }

  private static int send(CloseableHttpClient client, HttpUriRequestBase request)
      throws IOException {
    return client.execute(
        request,
        response -> {
          EntityUtils.consume(response.getEntity());
          return response.getCode();
        });
  }

  private static int send(CloseableHttpClient client, FaultServer server, String method, String id)
      throws IOException {
    return send(client, request(server.uri("/"), method, id));
  }

  @ParameterizedTest
  @CsvSource({"BARE, GET", "BARE, PUT", "GUARDED, GET", "GUARDED, PUT"})
  void mustRepeatNothingSentWhereTheUserSwitchedRetriesOff(Pair pair, String method)
      throws Exception {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient off = pair.client(pool -> pool, b -> b.disableAutomaticRetries());
        CloseableHttpClient none = pair.client(pool -> pool, retrying(0))) {
      for (CloseableHttpClient client : List.of(off, none)) {
        String id = "lost by " + client.hashCode();
        send(client, server, "GET", "first");
        server.next(LOST);
        assertThatThrownBy(() -> send(client, server, method, id)).isInstanceOf(IOException.class);
        assertThat(server.executions(id)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"BARE, GET", "BARE, PUT", "GUARDED, GET", "GUARDED, PUT"})
  void mustAskTheClientsRuleForWhatWasLostOnAFreshConnection(Pair pair, String method)
      throws Exception {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient usual = pair.client();
        CloseableHttpClient keen = pair.client(pool -> pool, retrying(3))) {
      server.next(LOST);
      assertThat(send(usual, server, method, "usual")).isEqualTo(200);
      assertThat(server.executions("usual")).isEqualTo(2);
      server.next(LOST).next(LOST).next(LOST);
      assertThat(send(keen, server, method, "keen")).isEqualTo(200);
      assertThat(server.executions("keen")).isEqualTo(4);
      server.next(LOST).next(LOST).next(LOST).next(LOST);
      assertThatThrownBy(() -> send(keen, server, method, "four")).isInstanceOf(IOException.class);
      assertThat(server.executions("four")).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustRepeatAPostTheServerCalledUnavailableAsTheClientDoes(Pair pair) throws Exception {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient client = pair.client(pool -> pool, retrying(1))) {
      server.next(new Exchange.Answered(Answer.ok().withStatus(503)));
      assertThat(send(client, server, "POST", "busy")).isEqualTo(200);
      assertThat(server.executions("busy")).isEqualTo(2);
    }
  }

  /** HttpClient takes what ends within its status line for no answer at all. */
  @ParameterizedTest
  @CsvSource({"BARE, 1", "BARE, 11", "BARE, 30", "GUARDED, 1", "GUARDED, 11", "GUARDED, 30"})
  void mustDoAsTheClientDoesWhereAnAnswerWasCut(Pair pair, int bytes) throws Exception {
    try (FaultServer server = FaultServer.plain();
        CloseableHttpClient client = pair.client(pool -> pool, retrying(1))) {
      send(client, server, "GET", "first");
      server.next(new Exchange.AnswerCut(Answer.ok(), bytes, Ending.FIN));
      String outcome = Pair.outcome(() -> send(client, server, "GET", "cut"));
      assertThat(outcome.equals("200")).isEqualTo(bytes < 30);
      assertThat(server.executions("cut")).isEqualTo(bytes == 30 ? 1 : 2);
    }
  }

  /** An earlier handler of the chain zips the body and says so in a header. */
  @ParameterizedTest
  @EnumSource
  void mustRepeatHeadAndBodyAsTheyWereSent(Pair pair) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    AtomicInteger puts = new AtomicInteger();
    RawServer.Service service =
        wire -> {
          while (true) {
            String head = wire.head();
            if (head.startsWith("PUT")) {
              int length = Integer.parseInt(header(head, "Content-Length"));
              byte[] body = wire.socket().getInputStream().readNBytes(length);
              seen.add(header(head, "Content-Encoding") + " " + (body[0] == 0x1f) + " " + length);
              if (puts.incrementAndGet() == 1) {
                wire.reset();
                return;
              }
            }
            wire.ok("fine");
          }
        };
    try (RawServer server = RawServer.serving(service);
        CloseableHttpClient client =
            pair.client(
                pool -> pool, http -> http.addExecInterceptorFirst("zip", RepeatTest::zip))) {
      String uri = "http://127.0.0.1:" + server.port() + "/";
      send(client, request(uri, "GET", "first"));
      assertThat(send(client, request(uri, "PUT", "second"))).isEqualTo(200);
      assertThat(seen)
          .hasSize(2)
          .allMatch(put -> put.startsWith("gzip true") || put.startsWith("none false"));
      assertThat(seen.get(0)).startsWith("gzip true");
    }
  }

  private static org.apache.hc.core5.http.ClassicHttpResponse zip(
      org.apache.hc.core5.http.ClassicHttpRequest request,
      org.apache.hc.client5.http.classic.ExecChain.Scope scope,
      org.apache.hc.client5.http.classic.ExecChain chain)
      throws IOException, org.apache.hc.core5.http.HttpException {
    if (request.getEntity() != null) {
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        request.getEntity().writeTo(out);
      }
      request.setEntity(new ByteArrayEntity(zipped.toByteArray(), ContentType.TEXT_PLAIN));
      request.setHeader("Content-Encoding", "gzip");
    }
    return chain.proceed(request, scope);
  }

  private static String header(String head, String name) {
    for (String line : head.split("\r\n", -1)) {
      if (line.startsWith(name + ": ")) {
        return line.substring(name.length() + 2);
      }
    }
    return "none";
  }

  @ParameterizedTest
  @EnumSource
  void mustRepeatTheLegOfAnAuthenticationThatWasLost(Pair pair) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    RawServer.Service service =
        wire -> {
          while (true) {
            String head = wire.head();
            seen.add(header(head, "Authorization").split(" ", 2)[0]);
            if (seen.size() == 1) {
              wire.send(CHALLENGE);
            } else if (seen.size() == 2) {
              wire.reset();
              return;
            } else {
              wire.ok("fine");
            }
          }
        };
    try (RawServer server = RawServer.serving(service)) {
      BasicCredentialsProvider known = new BasicCredentialsProvider();
      known.setCredentials(
          new AuthScope("127.0.0.1", server.port()),
          new UsernamePasswordCredentials("user", "secret".toCharArray()));
      try (CloseableHttpClient client =
          pair.client(pool -> pool, http -> http.setDefaultCredentialsProvider(known))) {
        String uri = "http://127.0.0.1:" + server.port() + "/";
        assertThat(send(client, request(uri, "GET", "first"))).isEqualTo(200);
        assertThat(seen).containsExactly("none", "Basic", "Basic");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"PUT, true", "POST, true", "GET, true"})
  void mustNotHideASentAttemptBehindARefusedOne(String method, boolean keyed) throws Exception {
    RawServer server = new RawServer(50);
    server.serves(
        wire -> {
          wire.head();
          wire.ok("fine");
          wire.head();
          server.refuses();
        });
    try (server;
        CloseableHttpClient client = Pair.GUARDED.client()) {
      String uri = "http://127.0.0.1:" + server.port() + "/";
      send(client, request(uri, "GET", "first"));
      HttpUriRequestBase second = request(uri, method, "second");
      if (keyed) {
        second.addHeader("Idempotency-Key", "4711");
      }
      assertThatThrownBy(() -> send(client, second))
          .satisfies(
              thrown ->
                  assertThat(AmbiguousOutcomeException.in(thrown).orElseThrow().call())
                      .isEqualTo(method))
          .satisfies(
              thrown ->
                  assertThat(thrown instanceof AmbiguousHttpOutcomeException)
                      .isEqualTo(!method.equals("GET")));
    }
  }
}
