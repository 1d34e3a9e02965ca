package dev.holdfast.http.okhttp;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;

/** Settings of an {@link OkHttpGuard}. Not thread-safe. */
public final class OkHttpGuardBuilder extends HttpGuardBuilder<OkHttpGuardBuilder> {

  private boolean pings;
  private Duration declinedPatience = Duration.ofSeconds(5);

  OkHttpGuardBuilder(ConnectionPlan plan) {
    super(plan);
  }

  @Override
  protected OkHttpGuardBuilder self() {
    return this;
  }

  /**
   * Sets the client's {@code pingInterval} to the ping period of the plan, if it has one and the
   * user has set none. Off by default: OkHttp has one interval for HTTP/2 and for web sockets, and
   * fails all calls of a connection whose server does not answer within it.
   *
   * @return this builder
   */
  public OkHttpGuardBuilder pings() {
    this.pings = true;
    return this;
  }

  /**
   * How long a request waits in all that a server answers with 503 or 429 and {@code Retry-After}.
   * One that may run twice, {@code GET} say, is sent again then, unless the client's call or read
   * timeout is shorter than the wait. 5 s by default; where the server asks for more, the caller
   * has its answer at once. A run of such answers is met with a growing back-off, and repetitions
   * that are declined in their turn use up the server's retry budget. It waits on the thread that
   * executes the call; interceptors behind the guard's see each answer.
   *
   * <p>Nothing waits where retries are switched off, here or in the client, nor behind a redirect,
   * nor with a body that cannot be sent again.
   *
   * @param patience zero for none of this: each answer reaches the caller
   * @return this builder
   * @throws IllegalArgumentException if the duration is negative, or above 3650 days
   */
  public OkHttpGuardBuilder declinedPatience(Duration patience) {
    this.declinedPatience = GuardChecks.declinedPatience(patience, "5 s");
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard, to be installed once
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if OkHttp is older than 4.12, or newer than 5
   */
  public OkHttpGuard build() {
    Installation.requireSupportedClient(Installation.clientVersion());
    return new OkHttpGuard(HttpGuardSettings.of(this), pings, declinedPatience);
  }
}
