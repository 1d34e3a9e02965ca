package dev.holdfast.benchmarks.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Nobody can tell that a guard is there: random programs show the same bare, guarded, and guarded
 * with proofs at every opportunity. Choose other programs with {@code
 * -Dtransparency.seed=S -Dtransparency.steps=N}, or run {@code benchmarks/run transparency}.
 */
final class TransparencyTest {

  private static final int MOST_FINDINGS = 5;

  private final long seed = Long.getLong("transparency.seed", 1);
  private final long steps = Long.getLong("transparency.steps", 20_000);

  @Test
  void mustShowTheSameBareAndGuarded() throws Exception {
    Survey survey = new Survey(seed, steps, MOST_FINDINGS).run();
    assertThat(survey.findings())
        .as(
            () ->
                survey.findings().stream()
                    .map(Finding::toString)
                    .collect(Collectors.joining("\n\n", "\n", "\n")))
        .isEmpty();
    assertThat(survey.unsteady().size())
        .as(() -> "programs that prove nothing: " + survey.unsteady())
        .isLessThanOrEqualTo((int) (survey.programsRun() / 20));
  }

  @Test
  void mustMakeTheSameProgramOfASeed() {
    assertThat(ProgramMaker.make(17)).isEqualTo(ProgramMaker.make(17));
    assertThat(ProgramMaker.make(17)).isNotEqualTo(ProgramMaker.make(18));
  }
}
