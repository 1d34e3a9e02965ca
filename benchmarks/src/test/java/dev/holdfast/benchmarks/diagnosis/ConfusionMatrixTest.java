package dev.holdfast.benchmarks.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A set counts as right only if it holds the truth and nothing that is not stated. */
final class ConfusionMatrixTest {

  private static Observation said(Fault fault, Explanation... named) {
    return new Observation(fault, Optional.of(new Diagnosis(Set.of(named), List.of(), List.of())));
  }

  private static ConfusionMatrix.Score score(ConfusionMatrix matrix, Explanation explanation) {
    return matrix.scores().stream()
        .filter(score -> score.explanation() == explanation)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void mustCountAStatedSetAsRightAndALargerOneAsWrong() {
    ConfusionMatrix matrix =
        new ConfusionMatrix(
            List.of(
                said(Fault.FIN_LOST_PLAIN, Explanation.FIN_LOST),
                said(Fault.FIN_LOST_PLAIN, Explanation.FIN_LOST, Explanation.FLOW_FORGOTTEN_RESET),
                said(Fault.FIN_LOST_PLAIN, Explanation.FIN_LOST, Explanation.UNREACHABLE),
                said(Fault.FIN_LOST_PLAIN, Explanation.FLOW_FORGOTTEN_RESET)));
    assertThat(matrix.correct(Fault.FIN_LOST_PLAIN)).isEqualTo(2);
    assertThat(score(matrix, Explanation.FIN_LOST).recall()).isEqualTo(0.5);
    assertThat(score(matrix, Explanation.FIN_LOST).precision()).isEqualTo(1);
    assertThat(matrix.strays()).containsOnlyKeys(Explanation.UNREACHABLE);
  }

  @Test
  void mustCountWhatIsSaidOfASlowServer() {
    ConfusionMatrix matrix =
        new ConfusionMatrix(
            List.of(
                new Observation(Fault.FROZEN, Optional.empty()),
                said(Fault.FROZEN, Explanation.PATH_DIED_AFTER_ACK),
                said(Fault.DEAD, Explanation.UNREACHABLE)));
    assertThat(matrix.correct(Fault.FROZEN)).isEqualTo(1);
    assertThat(matrix.deadPathsForSlowServers()).isEqualTo(1);
  }
}
