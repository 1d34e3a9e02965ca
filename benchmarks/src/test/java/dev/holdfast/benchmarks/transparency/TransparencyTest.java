package dev.holdfast.benchmarks.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Nobody can tell that a guard is there: random programs show the same bare, guarded, and guarded
 * with proofs at every opportunity. Choose other programs with {@code -Dtransparency.seed=S
 * -Dtransparency.steps=N}, or run {@code benchmarks/run transparency}.
 *
 * <p>What it must be able to catch, and the programs that do:
 *
 * <ul>
 *   <li>a PING within a transaction, a RESP2 subscription, MONITOR or CLIENT REPLY OFF: answers of
 *       {@code EXEC}, the server's last command, its count of queued commands (seeds 2032, 3014,
 *       3067)
 *   <li>a session booked by what was sent: {@code SameTransactionsTest} of the Redis adapter, for
 *       only a loss shows it; MULTI denied or cancelled here (seeds 2038, 1007)
 *   <li>a member of a transaction withheld: transactions of 12,000 in one flush, BLPOP in one on a
 *       shared connection; {@code SameTransactionsTest}
 *   <li>a borrower's calls or database that reach the next: {@code SameBorrowersTest}
 *   <li>arguments encoded a second time: the codecs count (seed 7); values lost (seeds 2083, 3094)
 *   <li>a codec that throws: one encoding, the bare client's exception (seed 3041)
 *   <li>handlers that are passed over (seeds 3, 5)
 *   <li>a PING that takes a place of {@code requestQueueSize}: batches as long as the queue
 *   <li>a batch refused that the client's own queue would hold: batches of 12,000
 *   <li>calls denied, repeated or torn when connections are lost: {@code BrokenPathTest}
 * </ul>
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
