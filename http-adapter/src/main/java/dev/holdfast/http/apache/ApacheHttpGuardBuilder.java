package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Optional;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.io.HttpConnectionFactory;

/** Settings of an {@link ApacheHttpGuard}. Not thread-safe. */
public final class ApacheHttpGuardBuilder extends HttpGuardBuilder<ApacheHttpGuardBuilder> {

  private HttpConnectionFactory<? extends ManagedHttpClientConnection> connectionFactory =
      ManagedHttpClientConnectionFactory.INSTANCE;
  private HttpRequestRetryStrategy responseRetries = DefaultHttpRequestRetryStrategy.INSTANCE;
  private Optional<Duration> connectTimeout = Optional.empty();

  ApacheHttpGuardBuilder(ConnectionPlan plan) {
    super(plan);
  }

  @Override
  protected ApacheHttpGuardBuilder self() {
    return this;
  }

  /**
   * The factory of the connections under the guard's. HttpClient's builder does not tell which one
   * was set there, and the guard sets its own.
   *
   * @param factory the user's; {@link ManagedHttpClientConnectionFactory#INSTANCE} by default
   * @return this builder
   */
  public ApacheHttpGuardBuilder connectionFactory(
      HttpConnectionFactory<? extends ManagedHttpClientConnection> factory) {
    this.connectionFactory = factory;
    return this;
  }

  /**
   * Which answers make HttpClient repeat a request; it is asked for those that may run twice only.
   * HttpClient's builder does not tell which strategy was set there, and the guard sets its own.
   *
   * @param strategy the user's, of which only the part about answers is used; {@link
   *     DefaultHttpRequestRetryStrategy} by default: 429 and 503, once
   * @return this builder
   */
  public ApacheHttpGuardBuilder responseRetries(HttpRequestRetryStrategy strategy) {
    this.responseRetries = strategy;
    return this;
  }

  /**
   * The connect timeout over all dials and the wait at the gate. HttpClient's manager does not tell
   * what its {@code ConnectionConfig} says. Without this call each dial has that one for itself,
   * and dials begin within the first second only; the {@code RequestConfig}'s, where set, comes
   * first.
   *
   * @param timeout a positive duration
   * @return this builder
   * @throws IllegalArgumentException if the duration is not positive
   */
  public ApacheHttpGuardBuilder connectTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("connectTimeout " + timeout + " is not positive");
    }
    this.connectTimeout = Optional.of(timeout);
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard, to be installed once
   * @throws IllegalArgumentException if a setting is out of range
   */
  public ApacheHttpGuard build() {
    return new ApacheHttpGuard(settings(), connectionFactory, responseRetries, connectTimeout);
  }
}
