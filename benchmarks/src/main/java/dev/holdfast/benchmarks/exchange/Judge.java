package dev.holdfast.benchmarks.exchange;

import dev.holdfast.benchmarks.exchange.Run.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Compares what clients showed, and makes a program that tells them apart as short as it can. */
final class Judge {

  /** How often a bare client must show the same again before a difference counts. */
  private static final int BARE_RUNS = 3;

  private static final int PATIENT = 5;
  private static final int SHRINKING_RUNS = 30;
  private static final int MOST_LINES = 4;

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
    List<String> found = new ArrayList<>();
    for (int i = 0; i < Math.max(bare.lines().size(), other.lines().size()); i++) {
      String left = i < bare.lines().size() ? bare.lines().get(i) : "(nothing)";
      String right = i < other.lines().size() ? other.lines().get(i) : "(nothing)";
      if (!Objects.equals(left, right) && found.size() < MOST_LINES) {
        found.add("one   " + left + "\n    other " + right);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join("\n    ", found));
  }

  /** The shortest program found that still differs, in bounded time. */
  private String shrink(Program program, Mode mode, String difference) throws Exception {
    Program shortest = program;
    String shown = difference;
    int runs = 0;
    for (int chunk = Math.max(1, program.steps().size() / 2); chunk >= 1; chunk /= 2) {
      for (int from = 0; from < shortest.steps().size() && runs < SHRINKING_RUNS; ) {
        List<Step> fewer = new ArrayList<>(shortest.steps());
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        Program shorter = shortest.with(fewer);
        Optional<String> still =
            between(run.run(shorter, Mode.BARE, PATIENT), run.run(shorter, mode, PATIENT));
        runs++;
        if (still.isPresent()) {
          shortest = shorter;
          shown = still.get();
        } else {
          from += chunk;
        }
      }
    }
    return "%s, %s%n  differs%n    %s".formatted(mode, shortest, shown);
  }
}
