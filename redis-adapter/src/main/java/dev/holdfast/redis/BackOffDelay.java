package dev.holdfast.redis;

import dev.holdfast.retry.BackOff;
import io.github.resilience4j.core.IntervalFunction;
import io.lettuce.core.resource.Delay;
import java.time.Duration;

/** The engine's back-off in the form Lettuce's reconnect asks for. Thread-safe. */
final class BackOffDelay extends Delay {

  private final IntervalFunction waits;

  BackOffDelay(BackOff backOff) {
    this.waits = backOff.waits();
  }

  @Override
  public Duration createDelay(long attempt) {
    return Duration.ofMillis(waits.apply((int) Math.min(Math.max(attempt, 1), Integer.MAX_VALUE)));
  }
}
