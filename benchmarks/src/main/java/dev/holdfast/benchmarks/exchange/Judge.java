package dev.holdfast.benchmarks.exchange;

import dev.holdfast.benchmarks.exchange.Run.Transcript;
import dev.holdfast.lab.Shrinking;
import dev.holdfast.lab.Shrinking.Shortest;
import java.util.Optional;

/** Compares what clients showed, and makes a program that tells them apart as short as it can. */
final class Judge {

  /** How often a bare client must show the same again before a difference counts. */
  private static final int BARE_RUNS = 3;

  private static final int PATIENT = 5;
  private static final int SHRINKING_RUNS = 30;

  private final Run run;

  Judge(Run run) {
    this.run = run;
  }

  /** The verdict on one program. */
  sealed interface Verdict {

    double proofs();

    record Same(double proofs) implements Verdict {}

    /** Already the bare client shows one thing and then another. */
    record Unsteady(double proofs, String finding) implements Verdict {}

    record Different(double proofs, String finding) implements Verdict {}
  }

  Verdict judge(Program program, Mode mode) throws Exception {
    Transcript bare = run.run(program, Mode.BARE, 1);
    Transcript guarded = run.run(program, mode, 1);
    return between(bare, guarded).isEmpty()
        ? new Verdict.Same(guarded.proofs())
        : look(program, mode, guarded.proofs());
  }

  /** Again, without haste: on a busy machine a time-out may have come before its answer. */
  private Verdict look(Program program, Mode mode, double proofs) throws Exception {
    Transcript first = run.run(program, Mode.BARE, PATIENT);
    Optional<String> found = Optional.empty();
    for (int i = 0; i < BARE_RUNS; i++) {
      Transcript guarded = run.run(program, mode, PATIENT);
      found = found.or(() -> between(first, guarded));
      Optional<String> unsteady = between(first, run.run(program, Mode.BARE, PATIENT));
      if (unsteady.isPresent()) {
        return new Verdict.Unsteady(proofs, program + "\n  " + unsteady.get());
      }
    }
    return found.isEmpty()
        ? new Verdict.Same(proofs)
        : new Verdict.Different(proofs, shrink(program, mode, found.get()));
  }

  private static Optional<String> between(Transcript bare, Transcript other) {
    return Shrinking.between(bare.lines(), other.lines());
  }

  private String shrink(Program program, Mode mode, String difference) throws Exception {
    Shortest<Step, String> shortest =
        Shrinking.shortest(
            program.steps(),
            difference,
            SHRINKING_RUNS,
            steps -> {
              Program shorter = program.with(steps);
              return between(run.run(shorter, Mode.BARE, PATIENT), run.run(shorter, mode, PATIENT));
            });
    return "%s, %s%n  differs%n    %s"
        .formatted(mode, program.with(shortest.steps()), shortest.difference());
  }
}
