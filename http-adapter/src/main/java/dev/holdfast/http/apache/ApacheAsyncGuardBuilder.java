package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.jspecify.annotations.Nullable;

/** Settings of an {@link ApacheAsyncGuard}. Not thread-safe. */
public final class ApacheAsyncGuardBuilder extends HttpGuardBuilder<ApacheAsyncGuardBuilder> {

  private @Nullable HttpRequestRetryStrategy responseRetries;
  private Optional<Duration> connectTimeout = Optional.empty();

  ApacheAsyncGuardBuilder(ConnectionPlan plan) {
    super(plan);
  }

  @Override
  protected ApacheAsyncGuardBuilder self() {
    return this;
  }

  /**
   * HttpClient's retry strategy, in place of the one set on its builder: which answers make it
   * repeat a request, and which failures do where the guard's own rules fail a request that may run
   * twice or was never sent. What was sent and must not run twice it is not asked for.
   *
   * @param strategy the user's; by default the one set on HttpClient's builder, or {@link
   *     DefaultHttpRequestRetryStrategy}
   * @return this builder
   */
  public ApacheAsyncGuardBuilder responseRetries(HttpRequestRetryStrategy strategy) {
    this.responseRetries = Objects.requireNonNull(strategy, "strategy");
    return this;
  }

  /**
   * The connect timeout over all dials and the wait at the gate, for each address where a name has
   * several. By default the {@code RequestConfig}'s, where set, else the {@code ConnectionConfig}'s
   * of the pool. Where neither says more than HttpClient's default of three minutes, each dial has
   * that one for itself, and dials begin within the first second only.
   *
   * @param timeout a positive duration
   * @return this builder
   * @throws IllegalArgumentException if the duration is not positive, or above 3650 days
   */
  public ApacheAsyncGuardBuilder connectTimeout(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "connectTimeout %s is not above zero: no dial could be answered. Fix: leave it out to have"
                  .formatted(timeout)
              + " the client's own");
    }
    this.connectTimeout = Optional.of(GuardChecks.countable("connectTimeout", timeout));
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard, to be installed once
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if HttpClient is older than 5.4
   */
  public ApacheAsyncGuard build() {
    Installation.requireSupportedClient();
    return new ApacheAsyncGuard(HttpGuardSettings.of(this), responseRetries, connectTimeout);
  }
}
