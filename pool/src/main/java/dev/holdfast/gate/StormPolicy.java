package dev.holdfast.gate;

import dev.holdfast.retry.BackOff;
import java.time.Duration;

/**
 * How an endpoint that was lost is tried and filled again. Immutable. The defaults were chosen with
 * {@code benchmarks/run storm}.
 *
 * @param failures consecutive failed connects after which one caller at a time is let through, at
 *     least 1
 * @param probes the waits between those
 * @param refillPerSecond how many connects a second are let through at the least once one has
 *     succeeded, above 0; until a SYN is lost each answer lets two more through, and after that the
 *     rate is halved by each lost SYN and grows by so much every second
 */
public record StormPolicy(int failures, BackOff probes, double refillPerSecond) {

  /**
   * Checks the values.
   *
   * @param failures consecutive failed connects
   * @param probes waits between probes
   * @param refillPerSecond the first rate
   * @throws IllegalArgumentException if one is outside its range, naming it
   */
  public StormPolicy {
    if (failures < 1) {
      throw new IllegalArgumentException(
          "failures " + failures + " is below 1: an endpoint is down after a failure at least");
    }
    if (!(refillPerSecond > 0 && refillPerSecond <= 1e6)) {
      throw new IllegalArgumentException(
          "refillPerSecond " + refillPerSecond + " is outside (0, 1000000]");
    }
  }

  /**
   * The defaults: 3 failures; probes after 100 ms, doubling up to 10 s, half of each wait random;
   * refill from 2 connects a second.
   *
   * @return the defaults
   */
  public static StormPolicy ofDefaults() {
    return new StormPolicy(
        3, new BackOff(Duration.ofMillis(100), Duration.ofSeconds(10), 2, 0.5), 2);
  }
}
