package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.path.Hop;
import java.time.Duration;

/** What is declared of the lab's paths. */
final class Paths {

  /** Spreads connects over servers, and forgets nothing. */
  static final Hop BALANCER =
      Hop.named("balancer").idleLimit(Duration.ofHours(1)).balances(true).build();

  private Paths() {}
}
