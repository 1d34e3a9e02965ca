package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns signs into a diagnosis. Pure: no clock, no I/O, no state.
 *
 * <p>An explanation is named while nothing that was seen speaks against it, so what cannot be told
 * apart is named together. A slow server or a shut window is never called a dead path where the
 * kernel's view is at hand, and the host's counters, shared by all its sockets, never name anything
 * by themselves.
 */
public final class Diagnostician {

  private Diagnostician() {}

  /**
   * Diagnoses.
   *
   * @param signs what was seen
   * @return all explanations that fit, with evidence and advice
   */
  public static Diagnosis diagnose(Signs signs) {
    List<Explanation> fitting = fitting(signs);
    return new Diagnosis(new LinkedHashSet<>(fitting), signs.evidence(), Advice.on(fitting, signs));
  }

  /**
   * Says what a connection met that was silent and went on.
   *
   * @param dark for how long nothing was heard
   * @param orServerSlow whether only the server could have answered: then nothing tells it from the
   *     path
   * @return the diagnosis
   */
  public static Diagnosis dark(Duration dark, boolean orServerSlow) {
    Set<Explanation> explanations =
        orServerSlow
            ? EnumSet.of(Explanation.SERVER_SLOW, Explanation.PATH_DARK)
            : EnumSet.of(Explanation.PATH_DARK);
    List<String> evidence =
        List.of(
            "nothing was heard for " + Figures.text(dark),
            "no new connection was answered either",
            "the connection went on");
    return new Diagnosis(explanations, evidence, Advice.onSilence(orServerSlow));
  }

  private static List<Explanation> fitting(Signs signs) {
    if (signs instanceof DeathSigns death) {
      return DeathTable.fitting(death);
    }
    if (signs instanceof ConnectSigns connect) {
      return ConnectTable.fitting(connect);
    }
    return ChurnTable.fitting((ChurnSigns) signs);
  }
}
