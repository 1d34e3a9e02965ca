package dev.holdfast.http.apache;

import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * What is left to HttpClient's own retries: answers that ask for it, as 429 and 503 do, to requests
 * that may run twice. HttpClient would repeat a {@code POST} as well.
 */
final class ResponseRetries implements HttpRequestRetryStrategy {

  private final HttpRequestRetryStrategy users;

  ResponseRetries(HttpRequestRetryStrategy users) {
    this.users = users;
  }

  /** {@link RetryExec} has decided already. */
  @Override
  public boolean retryRequest(
      HttpRequest request, IOException exception, int execCount, HttpContext context) {
    return false;
  }

  @Override
  public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
    HttpRequest request = HttpClientContext.cast(context).getRequest();
    return request instanceof ClassicHttpRequest sent
        && RetryExec.safety(sent, context) != ReplaySafety.UNSAFE
        && users.retryRequest(response, execCount, context);
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
