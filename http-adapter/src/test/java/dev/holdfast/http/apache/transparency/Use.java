package dev.holdfast.http.apache.transparency;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** One random use of a client, the same for the same number and random source. */
record Use(
    int number,
    String kind,
    String method,
    int bodyLength,
    boolean streaming,
    boolean expect,
    Reading reading) {

  /** What the caller does with the answer. */
  enum Reading {
    WHOLE,
    PART,
    NOTHING,
    ABORT
  }

  private static final List<String> KINDS =
      List.of(
          "plain",
          "plain",
          "plain",
          "chunked",
          "trailers",
          "gzip",
          "empty",
          "hints",
          "cookie",
          "kept",
          "missing",
          "closed",
          "closes",
          "old",
          "301",
          "302",
          "303",
          "307",
          "308",
          "early",
          "slow");

  private static final List<String> METHODS =
      List.of("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "POST", "PUT", "DELETE", "PATCH");

  private static final Timeout PATIENCE = Timeout.ofMilliseconds(300);

  static Use random(int number, Random random) {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    boolean body = method.startsWith("P");
    return new Use(
        number,
        KINDS.get(random.nextInt(KINDS.size())),
        method,
        body ? random.nextInt(5) * random.nextInt(5_000) : -1,
        body && random.nextInt(3) == 0,
        body && random.nextInt(4) == 0,
        Reading.values()[Math.max(0, random.nextInt(8) - 4)]);
  }

  private HttpUriRequestBase request(int port) {
    HttpUriRequestBase request =
        new HttpUriRequestBase(
            method, URI.create("http://127.0.0.1:" + port + "/" + kind + "/" + number));
    if (bodyLength >= 0) {
      char[] text = new char[bodyLength];
      Arrays.fill(text, (char) ('a' + number % 26));
      request.setEntity(entity(new String(text)));
    }
    RequestConfig.Builder config = RequestConfig.custom().setExpectContinueEnabled(expect);
    if (kind.equals("slow")) {
      config.setResponseTimeout(PATIENCE);
    }
    request.setConfig(config.build());
    return request;
  }

  private HttpEntity entity(String text) {
    return streaming
        ? new InputStreamEntity(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
            ContentType.TEXT_PLAIN)
        : new StringEntity(text);
  }

  /** All that its caller can see of it. */
  String run(CloseableHttpClient client, int port) {
    HttpClientContext context = HttpClientContext.create();
    HttpUriRequestBase request = request(port);
    String seen;
    try {
      seen = client.execute(request, context, response -> describe(request, response));
    } catch (IOException | RuntimeException thrown) {
      seen = "threw " + thrown + causes(thrown);
    }
    return (seen + " redirects " + context.getRedirectLocations().getAll() + sent(context))
        .replace(":" + port, ":PORT");
  }

  private static String sent(HttpClientContext context) {
    var details = context.getEndpointDetails();
    return details == null
        ? ""
        : " requests " + details.getRequestCount() + " responses " + details.getResponseCount();
  }

  private static String causes(Throwable thrown) {
    StringBuilder all = new StringBuilder();
    for (@Nullable Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      all.append(" by ").append(cause);
    }
    return all.append(" suppressed ").append(thrown.getSuppressed().length).toString();
  }

  private String describe(HttpUriRequestBase request, ClassicHttpResponse response)
      throws IOException, HttpException {
    StringBuilder seen = new StringBuilder();
    seen.append(response.getVersion()).append(' ').append(response.getCode());
    seen.append(' ').append(response.getReasonPhrase());
    seen.append(Arrays.toString(response.getHeaders()));
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return seen.append(" no body").toString();
    }
    seen.append(" length ").append(entity.getContentLength());
    seen.append(entity.isChunked()).append(entity.isStreaming()).append(entity.isRepeatable());
    seen.append(entity.getContentEncoding()).append(entity.getContentType());
    return seen.append(" body ").append(read(request, entity)).toString();
  }

  private String read(HttpUriRequestBase request, HttpEntity entity) throws IOException {
    try (InputStream in = entity.getContent()) {
      return switch (reading) {
        case WHOLE -> text(in.readAllBytes()) + " trailers " + trailers(entity);
        case PART -> text(in.readNBytes(5)) + " available " + (in.available() >= 0);
        case NOTHING -> "unread";
        case ABORT -> {
          request.abort();
          yield text(in.readNBytes(2));
        }
      };
    }
  }

  private static String trailers(HttpEntity entity) {
    var trailers = entity.getTrailers();
    return trailers == null ? "none" : String.valueOf(trailers.get());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
