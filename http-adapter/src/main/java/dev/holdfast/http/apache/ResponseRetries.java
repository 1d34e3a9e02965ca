package dev.holdfast.http.apache;

import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * What is left to HttpClient's own retries: answers that ask for it, as 429 and 503 do. Whether the
 * strategy repeats a {@code POST} then is its user's affair: the server said that it did not run
 * it.
 */
final class ResponseRetries implements HttpRequestRetryStrategy {

  private final HttpRequestRetryStrategy users;

  ResponseRetries(HttpRequestRetryStrategy users) {
    this.users = users;
  }

  /** {@link GuardedCall} has decided already. */
  @Override
  public boolean retryRequest(
      HttpRequest request, IOException exception, int execCount, HttpContext context) {
    return false;
  }

  @Override
  public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
    return users.retryRequest(response, execCount, context);
  }

  @Override
  public TimeValue getRetryInterval(
      HttpRequest request, IOException exception, int execCount, HttpContext context) {
    return TimeValue.ZERO_MILLISECONDS;
  }

  @Override
  public TimeValue getRetryInterval(HttpResponse response, int execCount, HttpContext context) {
    return users.getRetryInterval(response, execCount, context);
  }
}
