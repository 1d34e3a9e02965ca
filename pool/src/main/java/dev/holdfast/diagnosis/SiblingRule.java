package dev.holdfast.diagnosis;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which deaths cast suspicion on the other connections to the same endpoint. A connection under
 * suspicion is proved before its next use; it is not closed for it. Pure.
 *
 * <p>A middlebox that forgot one flow has forgotten those idle as long, and a failover forgets all
 * that were idle at that moment. A slow server forgets none: where one is among the explanations
 * nobody is suspected, or the proofs themselves would add to its load.
 */
public final class SiblingRule {

  private static final Set<Explanation> BY_AGE =
      EnumSet.of(
          Explanation.FIN_LOST,
          Explanation.FLOW_FORGOTTEN_RESET,
          Explanation.FLOW_FORGOTTEN_SILENT);

  private static final Set<Explanation> ALL =
      EnumSet.of(Explanation.FAILOVER, Explanation.UNREACHABLE, Explanation.PATH_DIED_AFTER_ACK);

  private static final Set<Explanation> SLOW =
      EnumSet.of(Explanation.SERVER_SLOW, Explanation.WINDOW_SHUT);

  /**
   * A suspicion.
   *
   * @param diedAtNanos {@link System#nanoTime()} of the death
   * @param idleAtLeast the idle age at that time from which connections are suspect
   */
  public record Suspicion(long diedAtNanos, Duration idleAtLeast) {

    /**
     * Whether a connection is suspect.
     *
     * @param lastPayloadNanos {@link System#nanoTime()} of its last payload, sent or received
     * @return true if it was idle for so long when the other died, and has not moved since
     */
    public boolean covers(long lastPayloadNanos) {
      long idleThen = diedAtNanos - lastPayloadNanos;
      return idleThen >= 0 && idleThen >= idleAtLeast.toNanos();
    }
  }

  private SiblingRule() {}

  /**
   * Decides on the siblings.
   *
   * @param diagnosis of the death
   * @param idle how long the dead connection had been idle
   * @param diedAtNanos {@link System#nanoTime()} of its death
   * @return from which age on its siblings are suspect; empty if none is
   */
  public static Optional<Suspicion> after(Diagnosis diagnosis, Duration idle, long diedAtNanos) {
    Set<Explanation> fitting = diagnosis.explanations();
    if (fitting.stream().anyMatch(SLOW::contains)) {
      return Optional.empty();
    }
    if (fitting.stream().anyMatch(ALL::contains)) {
      return Optional.of(new Suspicion(diedAtNanos, Duration.ZERO));
    }
    return fitting.stream().anyMatch(BY_AGE::contains)
        ? Optional.of(new Suspicion(diedAtNanos, idle))
        : Optional.empty();
  }
}
