package dev.holdfast.http.okhttp;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.path.ConnectionPlan;

/** Settings of an {@link OkHttpGuard}. Not thread-safe. */
public final class OkHttpGuardBuilder extends HttpGuardBuilder<OkHttpGuardBuilder> {

  private boolean pings;

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
   * Builds the guard.
   *
   * @return a guard, to be installed once
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if OkHttp is older than 4.12, or newer than 5
   */
  public OkHttpGuard build() {
    Installation.requireSupportedClient(Installation.clientVersion());
    return new OkHttpGuard(HttpGuardSettings.of(this), pings);
  }
}
