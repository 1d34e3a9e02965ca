package dev.holdfast.benchmarks.exchange;

import dev.holdfast.benchmarks.exchange.FaultyOrigin.Fault;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * One call over a path that breaks, with its legs, and one behind it on what is left of the path.
 *
 * @param legs each with its fault, how often it meets it, and a number of its own
 * @param warm how many connections have been used before
 * @param streamed whether the body can be sent once only
 * @param keyed whether the request has an {@code Idempotency-Key}
 * @param retries of the user's own strategy; negative for the client's, which repeats once
 */
record BrokenCall(
    long seed,
    List<String> legs,
    String method,
    String next,
    int warm,
    boolean streamed,
    boolean keyed,
    int retries) {

  private static final Timeout PATIENCE = Timeout.ofSeconds(20);

  /**
   * What became of it.
   *
   * @param answered whether the caller has an answer
   * @param wrong what must not be; empty if it is as it must
   */
  record Outcome(boolean answered, List<String> wrong) {}

  static BrokenCall random(long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    List<String> legs = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Fault fault = Fault.random(random);
      legs.add(
          "%s-%d-%d"
              .formatted(random.nextInt(3) == 0 ? Fault.NONE : fault, 1 + random.nextInt(2), i));
    }
    List<String> methods = List.of("GET", "PUT", "DELETE", "POST", "POST", "PATCH");
    String method = methods.get(random.nextInt(methods.size()));
    return new BrokenCall(
        seed,
        legs,
        method,
        methods.get(random.nextInt(methods.size())),
        random.nextInt(3),
        method.startsWith("P") && random.nextInt(4) == 0,
        random.nextInt(4) == 0,
        random.nextInt(2) == 0 ? -1 : random.nextInt(3));
  }

  private static boolean hasBody(String method) {
    return method.startsWith("P");
  }

  private boolean mustRunOnce() {
    return !keyed && (method.equals("POST") || method.equals("PATCH"));
  }

  Outcome run(Mode mode) throws Exception {
    HttpClientBuilder http = HttpClients.custom();
    if (retries >= 0) {
      http.setRetryStrategy(
          new DefaultHttpRequestRetryStrategy(retries, TimeValue.ZERO_MILLISECONDS));
    } else {
      http.setRetryStrategy(new DefaultHttpRequestRetryStrategy(1, TimeValue.ZERO_MILLISECONDS));
    }
    try (FaultyOrigin server = new FaultyOrigin();
        Mode.Client client =
            mode.client(PoolingHttpClientConnectionManagerBuilder.create(), http)) {
      warmUp(client, server);
      HttpUriRequestBase request = request(server, method, String.join("/", legs), streamed);
      if (keyed) {
        request.addHeader("Idempotency-Key", "4711");
      }
      List<String> wrong = new ArrayList<>();
      Result result = send(client, request);
      judge(server, result, wrong);
      behind(client, server, wrong);
      return new Outcome(result.thrown() == null, wrong);
    }
  }

  private void warmUp(Mode.Client client, FaultyOrigin server) throws IOException {
    List<AutoCloseable> open = new ArrayList<>();
    for (int i = 0; i < warm; i++) {
      var response =
          client.client().executeOpen(null, request(server, "GET", "NONE-1-w" + i, false), null);
      open.add(response);
    }
    for (AutoCloseable response : open) {
      try {
        response.close();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }

  private static HttpUriRequestBase request(
      FaultyOrigin server, String method, String path, boolean streamed) {
    HttpUriRequestBase request =
        new HttpUriRequestBase(
            method, URI.create("http://127.0.0.1:%d/%s".formatted(server.port(), path)));
    request.setConfig(
        RequestConfig.custom()
            .setResponseTimeout(PATIENCE)
            .setConnectionRequestTimeout(PATIENCE)
            .build());
    if (hasBody(method)) {
      byte[] body = {'b', 'o', 'd', 'y'};
      request.setEntity(
          streamed
              ? new InputStreamEntity(
                  new java.io.ByteArrayInputStream(body), 4, ContentType.TEXT_PLAIN)
              : new StringEntity("body"));
    }
    return request;
  }

  /** An answer's body, or what was thrown. */
  private record Result(String body, @Nullable Exception thrown) {}

  private static Result send(Mode.Client client, HttpUriRequestBase request) {
    try {
      return new Result(
          client
              .client()
              .execute(
                  request,
                  response ->
                      response.getCode() + " " + EntityUtils.toString(response.getEntity())),
          null);
    } catch (IOException | RuntimeException thrown) {
      return new Result("", thrown);
    }
  }

  private void judge(FaultyOrigin server, Result result, List<String> wrong) {
    for (String leg : legs) {
      if (mustRunOnce() && server.ran(leg) > 1) {
        wrong.add(leg + " ran " + server.ran(leg) + " times");
      }
    }
    Exception thrown = result.thrown();
    String last = legs.get(legs.size() - 1);
    if (thrown == null) {
      // What can be sent once only is not redirected.
      String answering = streamed && hasBody(method) ? legs.get(0) : last;
      String status = answering.equals(last) ? "200 " : "307 ";
      if (!result.body().equals(status + answering)) {
        wrong.add("answered with " + result.body());
      }
      legs.subList(0, legs.indexOf(answering) + 1).stream()
          .filter(leg -> server.ran(leg) == 0)
          .forEach(leg -> wrong.add("answered, and " + leg + " never ran"));
      return;
    }
    String reached = last;
    for (String leg : legs) {
      if (server.ran(leg) > 0) {
        reached = leg;
      }
    }
    Fault fault = Fault.of(reached);
    boolean lost = server.ran(reached) > 0 && !fault.answers();
    Optional<AmbiguousOutcomeException> ambiguous = AmbiguousOutcomeException.in(thrown);
    boolean deniesIt =
        thrown instanceof ConnectException || thrown instanceof ConnectTimeoutException;
    boolean inBody = fault == Fault.BODY_CUT || fault == Fault.BODY_RESET;
    if (lost && ambiguous.isEmpty() && !inBody && (deniesIt || mustRunOnce())) {
      wrong.add(reached + " ran, and the caller gets " + thrown);
    }
  }

  /** What follows on the same client is its own, whatever the fault has left behind. */
  private void behind(Mode.Client client, FaultyOrigin server, List<String> wrong) {
    String leg = "NONE-1-behind";
    Result result = send(client, request(server, next, leg, false));
    Exception thrown = result.thrown();
    if (thrown == null && !result.body().equals("200 " + leg)) {
      wrong.add("the call behind it gets " + result.body());
    }
    boolean once = next.equals("POST") || next.equals("PATCH");
    if (once && server.ran(leg) > 1) {
      wrong.add("the call behind it ran " + server.ran(leg) + " times");
    }
    if (thrown != null
        && once
        && server.ran(leg) > 0
        && AmbiguousOutcomeException.in(thrown).isEmpty()) {
      wrong.add("the call behind it gets " + thrown);
    }
  }
}
