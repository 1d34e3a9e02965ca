package dev.holdfast.examples;

import java.time.Duration;

/** One step of a scenario. */
sealed interface Step {
  /** Every thread makes so many calls, one after the other. */
  record Burst(int callsPerThread) implements Step {}

  /** Nobody calls. */
  record Idle(Duration length) implements Step {}

  /** Nobody calls, and half-way the middlebox loses its whole table. */
  record IdleWithFailover(Duration length) implements Step {}

  /** A burst of INCRs whose replies vanish half-way; then its connection ends, by FIN or RST. */
  record BurstLosingReplies(int callsPerThread, End end) implements Step {}

  /** How a connection ends. */
  enum End {
    FIN,
    RST
  }
}
