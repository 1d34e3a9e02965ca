package dev.holdfast.http.reactor;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.guard.GuardChecks;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Objects;

/** Settings of a {@link ReactorHttpGuard}. Not thread-safe. */
public final class ReactorHttpGuardBuilder extends HttpGuardBuilder<ReactorHttpGuardBuilder> {

  private Duration evictEvery = Duration.ofSeconds(5);
  private boolean replayableBodies;
  private Duration declinedPatience = Duration.ofSeconds(5);

  ReactorHttpGuardBuilder(ConnectionPlan plan) {
    super(plan);
  }

  @Override
  protected ReactorHttpGuardBuilder self() {
    return this;
  }

  /**
   * How often idle connections are looked over, and closed where they are past a limit. 5 s by
   * default. Also where nothing is looked over, no such connection is used.
   *
   * @param interval a positive duration; zero for never
   * @return this builder
   * @throws IllegalArgumentException if the duration is negative, or above 3650 days
   */
  public ReactorHttpGuardBuilder evictEvery(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    if (interval.isNegative()) {
      throw new IllegalArgumentException(
          "evictEvery %s is negative: time does not go back. Fix: use 5 s, the default, or zero to"
                  .formatted(interval)
              + " look over nothing");
    }
    this.evictEvery = GuardChecks.countable("evictEvery", interval);
    return this;
  }

  /**
   * Declares that every request body sent with the guarded clients can be subscribed to a second
   * time and is the same then: a value, a string, a file; not an upload that is passed on, and not
   * {@code Mono.just(byteBuf)}, whose buffer is released with the first sending. Undeclared, a
   * request whose body was asked for is sent once; the guard cannot see what a publisher will do.
   *
   * <p>Bodies do not matter while a connection is being proved: nothing was asked for then.
   *
   * @return this builder
   */
  public ReactorHttpGuardBuilder replayableBodies() {
    this.replayableBodies = true;
    return this;
  }

  /**
   * For how long a request waits whose server answers that it will take it later: 503 or 429 with
   * {@code Retry-After}. One that may run twice, {@code GET} say, is sent again then, unless the
   * client's {@code responseTimeout} is shorter than the wait. 5 s by default; where the server
   * asks for more, the caller has its answer at once. A run of such answers is met with a growing
   * back-off, and repetitions that are declined in their turn use up the server's retry budget. The
   * client's own hooks, {@code doOnResponse} say, see each answer.
   *
   * <p>Nothing waits where retries are switched off, here or in the client, nor behind a redirect,
   * nor with a body that cannot be sent again.
   *
   * @param patience zero for none of this: each answer reaches the caller
   * @return this builder
   * @throws IllegalArgumentException if the duration is negative, or above 3650 days
   */
  public ReactorHttpGuardBuilder declinedPatience(Duration patience) {
    this.declinedPatience = GuardChecks.declinedPatience(patience, "5 s");
    return this;
  }

  /**
   * Builds the guard.
   *
   * @return a guard
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if Reactor Netty is outside the supported range
   */
  public ReactorHttpGuard build() {
    ReactorNettySupport.requireSupported(ReactorNettySupport.version());
    return new ReactorHttpGuard(
        new GuardSettings(
            HttpGuardSettings.of(this), evictEvery, replayableBodies, declinedPatience));
  }
}
