package dev.holdfast.benchmarks.storm;

import dev.holdfast.gate.StormPolicy;
import dev.holdfast.retry.BackOff;
import io.github.resilience4j.core.IntervalFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Who comes back. */
public enum Contender {
  /** Dials as soon as a connection is lost or a dial has failed. */
  IMMEDIATE("immediate"),
  /** Exponential back-off for each connection, without jitter, 10 ms to 30 s. */
  EXPONENTIAL("exponential"),
  /** The same with half of each wait random. */
  JITTER("exponential+jitter"),
  /** Holdfast's gate, one for each client. */
  GATE("holdfast");

  private final String label;

  Contender(String label) {
    this.label = label;
  }

  /**
   * The name in tables and figures.
   *
   * @return lower case
   */
  public String label() {
    return label;
  }

  Reconnect create(Storm storm, StormPolicy policy, LongSupplier nanos, RandomGenerator random) {
    BackOff backOff = BackOff.ofDefaults();
    return switch (this) {
      case IMMEDIATE -> new BackingOff(storm.total(), attempt -> 0L);
      case EXPONENTIAL ->
          new BackingOff(
              storm.total(),
              IntervalFunction.ofExponentialBackoff(
                  backOff.initial(), backOff.multiplier(), backOff.max()));
      case JITTER -> new BackingOff(storm.total(), backOff.waits(random::nextDouble));
      case GATE -> new Gated(storm, policy, nanos, random);
    };
  }
}
