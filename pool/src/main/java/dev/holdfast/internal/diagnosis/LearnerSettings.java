package dev.holdfast.internal.diagnosis;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How idle limits are learned; a test has its own clock, for a limit takes minutes to learn.
 *
 * @param nanoClock tells when a connection ended
 * @param shortestPing a limit that asks for pings more often is met by proofs alone
 */
public record LearnerSettings(LongSupplier nanoClock, Duration shortestPing) {

  /** The clock of this machine, and the floor of rule R4: more pings cost more than a connect. */
  public static final LearnerSettings DEFAULT =
      new LearnerSettings(System::nanoTime, Duration.ofSeconds(10));
}
