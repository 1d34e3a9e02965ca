package dev.holdfast.retry;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.Objects;
import java.util.function.DoubleSupplier;

/**
 * Waiting times between reconnects: exponential with jitter, so that clients that lost a server
 * together do not return together. Immutable; the times come from Resilience4j's {@link
 * IntervalFunction}.
 *
 * @param initial the first wait before jitter, at least 10 ms
 * @param max the longest wait, at least {@code initial}, at most 3650 days
 * @param multiplier growth from one wait to the next, above 1
 * @param jitter the share of a wait that is random, above 0 and below 1
 */
public record BackOff(Duration initial, Duration max, double multiplier, double jitter) {

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofDays(3650);

  /**
   * Checks the values.
   *
   * @param initial the first wait before jitter
   * @param max the longest wait
   * @param multiplier growth from one wait to the next
   * @param jitter the share of a wait that is random
   * @throws IllegalArgumentException if one is outside its range, naming it
   */
  public BackOff {
    Objects.requireNonNull(initial, "initial");
    Objects.requireNonNull(max, "max");
    if (initial.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "initial back-off " + initial + " is below 10 ms, Resilience4j's shortest interval");
    }
    if (max.compareTo(initial) < 0) {
      throw new IllegalArgumentException(
          "longest back-off " + max + " is below the initial one, " + initial);
    }
    if (max.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("longest back-off " + max + " is above 3650 days");
    }
    if (!(multiplier > 1)) {
      throw new IllegalArgumentException("back-off multiplier " + multiplier + " is not above 1");
    }
    if (!(jitter > 0 && jitter < 1)) {
      throw new IllegalArgumentException("back-off jitter " + jitter + " is outside (0, 1)");
    }
  }

  /**
   * The defaults: 10 ms, doubling up to 30 s (Lettuce's own ceiling, {@code
   * DefaultClientResources}), half of each wait random.
   *
   * @return the defaults
   */
  public static BackOff ofDefaults() {
    return new BackOff(Duration.ofMillis(10), Duration.ofSeconds(30), 2, 0.5);
  }

  /**
   * The wait before each attempt.
   *
   * @return a thread-safe function from the attempt's number, counted from 1, to milliseconds: the
   *     exponential value within plus or minus {@code jitter}, never above {@code max}
   */
  public IntervalFunction waits() {
    return IntervalFunction.ofExponentialRandomBackoff(
        initial.toMillis(), multiplier, jitter, max.toMillis());
  }

  /**
   * The wait before each attempt, with a given source of jitter.
   *
   * @param random uniform on [0,1)
   * @return as {@link #waits()}, as thread-safe as {@code random}
   */
  public IntervalFunction waits(DoubleSupplier random) {
    IntervalFunction mean =
        IntervalFunction.ofExponentialBackoff(initial.toMillis(), multiplier, max.toMillis());
    return attempt ->
        Math.min(
            max.toMillis(),
            Math.round(mean.apply(attempt) * (1 + jitter * (2 * random.getAsDouble() - 1))));
  }
}
