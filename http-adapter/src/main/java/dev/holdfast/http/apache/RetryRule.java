package dev.holdfast.http.apache;

import java.io.IOException;
import java.util.Optional;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * When HttpClient without a guard would repeat a request: by the user's strategy, or by its own.
 *
 * @param strategy to be asked where the guard's table does not repeat
 * @param users whether the user chose it: then the guard repeats nothing sent that it declines
 */
record RetryRule(HttpRequestRetryStrategy strategy, boolean users) {

  /**
   * The rule of a builder.
   *
   * @param given to the guard; null if none was
   */
  static RetryRule of(HttpClientBuilder builder, @Nullable HttpRequestRetryStrategy given) {
    return of(builder, HttpClientBuilder.class, given);
  }

  /** The same of the other client's. */
  static RetryRule of(HttpAsyncClientBuilder builder, @Nullable HttpRequestRetryStrategy given) {
    return of(builder, HttpAsyncClientBuilder.class, given);
  }

  private static RetryRule of(
      Object builder, Class<?> type, @Nullable HttpRequestRetryStrategy given) {
    return Optional.ofNullable(given)
        .or(() -> Unlisted.read(builder, type, "retryStrategy", HttpRequestRetryStrategy.class))
        .map(set -> new RetryRule(set, true))
        .orElse(new RetryRule(DefaultHttpRequestRetryStrategy.INSTANCE, false));
  }

  /**
   * Whether the guard may send a request once more that was sent: not if the user's own strategy
   * declines. It is not asked for methods of which it cannot know that the caller marked them.
   */
  boolean allows(HttpRequest request, IOException thrown, int executions, HttpContext context) {
    return !users
        || !Method.isIdempotent(request.getMethod())
        || strategy.retryRequest(request, thrown, executions, context);
  }
}
