package dev.holdfast.benchmarks.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** All that a caller can see of an exchange, in one line, without what differs between any runs. */
final class Shown {

  private static final int LONG = 60;

  private Shown() {}

  /** Frees something of the caller's from within his reading. */
  interface Release {
    void run();
  }

  static String head(ClassicHttpResponse response) {
    StringBuilder seen = new StringBuilder();
    seen.append(response.getVersion()).append(' ').append(response.getCode());
    seen.append(' ').append(response.getReasonPhrase());
    seen.append(headers(response.getHeaders()));
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return seen.append(" no body").toString();
    }
    seen.append(" length ").append(entity.getContentLength());
    seen.append(entity.isChunked()).append(entity.isStreaming()).append(entity.isRepeatable());
    seen.append(entity.getContentEncoding()).append(entity.getContentType());
    return seen.append(entity.getTrailerNames()).toString();
  }

  private static List<String> headers(Header[] headers) {
    List<String> all = new ArrayList<>();
    for (Header header : headers) {
      if (!header.getName().equals("Date")) {
        all.add(header.toString().replaceAll("(cnonce|response|nc)=[^,]*", "$1=?"));
      }
    }
    return all;
  }

  static String body(ClassicHttpResponse response, Step.Act act, Release abort) throws IOException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return "";
    }
    try (InputStream in = entity.getContent()) {
      return " body "
          + switch (act) {
            case READS_PART -> text(in.readNBytes(5)) + " available " + (in.available() >= 0);
            case READS_NOTHING -> "unread";
            case ABORTS_IN_BODY -> {
              abort.run();
              yield text(in.readNBytes(2));
            }
            default -> text(in.readAllBytes()) + " trailers " + trailers(entity);
          };
    }
  }

  private static String trailers(HttpEntity entity) {
    var trailers = entity.getTrailers();
    return trailers == null ? "none" : String.valueOf(trailers.get());
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.length() > LONG ? text.length() + " #" + text.hashCode() : text;
  }

  /**
   * What the client has left in the caller's context.
   *
   * @param naming of servers, the same in all runs
   */
  static String context(HttpClientContext context, UnaryOperator<String> naming) {
    StringBuilder seen = new StringBuilder();
    seen.append(" redirects ").append(context.getRedirectLocations().getAll());
    seen.append(" route ").append(context.getHttpRoute());
    seen.append(" version ").append(context.getProtocolVersion());
    seen.append(" token ").append(context.getUserToken());
    seen.append(" auth ");
    List<String> exchanges = new ArrayList<>();
    context
        .getAuthExchanges()
        .forEach(
            (host, exchange) ->
                exchanges.add(
                    naming.apply(host.toString())
                        + " "
                        + exchange.getState()
                        + (exchange.getAuthScheme() != null)));
    Collections.sort(exchanges); // the map is by hash
    seen.append(exchanges);
    seen.append(" tls ").append(context.getSSLSession() != null);
    HttpRequest sent = context.getRequest();
    seen.append(" sent ").append(sent == null ? "nothing" : headers(sent.getHeaders()));
    var details = context.getEndpointDetails();
    if (details != null) {
      seen.append(" requests ").append(details.getRequestCount());
      seen.append(" responses ").append(details.getResponseCount());
      seen.append(" bytes ").append(details.getSentBytesCount());
      seen.append(' ').append(details.getReceivedBytesCount());
      seen.append(" timeout ").append(details.getSocketTimeout());
    }
    return seen.toString();
  }

  /** What the client has left in the caller's request. */
  static String request(HttpRequest request) {
    return " request " + request + headers(request.getHeaders());
  }

  /** Whether the abort meets the read or comes before it is the schedulers' doing, bare too. */
  static String aborted(Throwable thrown) {
    return thrown(thrown)
        .replaceFirst(
            "java.net.SocketException: Socket closed"
                + "|org.apache.hc.core5.http.ConnectionClosedException: Connection is closed",
            "that it is closed");
  }

  static String thrown(Throwable thrown) {
    StringBuilder all = new StringBuilder("threw ");
    all.append(thrown.toString().replaceAll("actual: [0-9]+", "actual: ?"));
    for (@Nullable Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      all.append(" by ").append(cause);
    }
    return all.append(" suppressed ").append(Arrays.toString(thrown.getSuppressed())).toString();
  }
}
