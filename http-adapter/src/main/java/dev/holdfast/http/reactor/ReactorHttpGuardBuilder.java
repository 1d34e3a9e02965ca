package dev.holdfast.http.reactor;

import dev.holdfast.http.HttpGuardBuilder;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Objects;

/** Settings of a {@link ReactorHttpGuard}. Not thread-safe. */
public final class ReactorHttpGuardBuilder extends HttpGuardBuilder<ReactorHttpGuardBuilder> {

  private Duration evictEvery = Duration.ofSeconds(5);
  private boolean replayableBodies;

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
   * @throws IllegalArgumentException if the duration is negative
   */
  public ReactorHttpGuardBuilder evictEvery(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    if (interval.isNegative()) {
      throw new IllegalArgumentException(
          "evictEvery %s is negative: time does not go back. Fix: use 5 s, the default, or zero to"
                  .formatted(interval)
              + " look over nothing");
    }
    this.evictEvery = interval;
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
   * Builds the guard.
   *
   * @return a guard
   * @throws IllegalArgumentException if a setting is out of range
   * @throws IllegalStateException if Reactor Netty is outside the supported range
   */
  public ReactorHttpGuard build() {
    ReactorNettySupport.requireSupported(ReactorNettySupport.version());
    return new ReactorHttpGuard(
        new GuardSettings(HttpGuardSettings.of(this), evictEvery, replayableBodies));
  }
}
