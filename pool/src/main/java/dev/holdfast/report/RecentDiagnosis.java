package dev.holdfast.report;

import java.time.Instant;

/**
 * A diagnosis with the time of its report, for people. Immutable.
 *
 * @param at by this host's wall clock
 * @param event the diagnosis
 */
public record RecentDiagnosis(Instant at, DiagnosisEvent event) {

  /** How many are kept for each guard. */
  public static final int KEPT = 20;
}
