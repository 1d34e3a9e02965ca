package dev.holdfast.benchmarks.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Nobody can tell that HttpClient has a guard: random calls show the same bare, guarded, and
 * guarded with a proof before each call. Choose others with {@code -Dexchanges.seed=S
 * -Dexchanges.calls=N}, or run {@code benchmarks/run transparency-http}.
 */
final class ExchangesTest {

  private static final int MOST_FINDINGS = 3;

  private final long seed = Long.getLong("exchanges.seed", 1);
  private final long calls = Long.getLong("exchanges.calls", 20_000);

  @Test
  void mustShowTheSameBareAndGuarded() throws Exception {
    Survey survey = new Survey(seed, calls, MOST_FINDINGS).run();
    assertThat(survey.findings())
        .as(() -> "\n" + String.join("\n\n", survey.findings()) + "\n")
        .isEmpty();
    assertThat(survey.unsteady().size())
        .as(() -> "programs that prove nothing: " + survey.unsteady())
        .isLessThanOrEqualTo((int) (survey.programsRun() / 10));
    assertThat(survey.proofs()).as("proofs").isPositive();
  }

  @Test
  void mustMakeTheSameProgramOfASeed() {
    assertThat(Program.of(17)).isEqualTo(Program.of(17));
    assertThat(Program.of(17)).isNotEqualTo(Program.of(18));
  }
}
