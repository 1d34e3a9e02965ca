package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Transcript.Section;
import dev.holdfast.lab.Shrinking;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Compares what clients showed, and makes a program that tells them apart as short as it can. */
final class Judge {

  /** How often a bare client must show the same before a difference counts. */
  private static final int BARE_RUNS = 3;

  private static final int MOST_CONNECTIONS = 3;

  private final Lane lane;
  private final Set<Section> sections;

  /**
   * @param sections what is compared
   */
  Judge(Lane lane, Set<Section> sections) {
    this.lane = lane;
    this.sections = sections;
  }

  /** The verdict on one program. */
  sealed interface Verdict {
    record Same() implements Verdict {}

    /** Already the bare client shows one thing and then another. */
    record Unsteady(Program program, Difference difference) implements Verdict {}

    record Different(Finding finding) implements Verdict {}
  }

  List<Verdict> judge(Program program) throws Exception {
    Observations all = lane.run(program, Set.of(Mode.values()), Patience.SHORT);
    Transcript bare = all.bare();
    List<Verdict> verdicts = new ArrayList<>();
    for (Mode mode : List.of(Mode.GUARDED, Mode.EAGER)) {
      Optional<Difference> first =
          Difference.between(bare, all.transcript(mode), sections)
              .or(() -> tooManyPings(all, mode));
      verdicts.add(first.isEmpty() ? new Verdict.Same() : look(program, mode));
    }
    return verdicts;
  }

  /** A guard of default settings asks once a second of a connection's life at the most. */
  private static Optional<Difference> tooManyPings(Observations all, Mode mode) {
    Observed guarded = all.observed(mode);
    long extra = guarded.pings() - all.observed(Mode.BARE).pings();
    long most =
        mode == Mode.GUARDED
            ? MOST_CONNECTIONS * (1 + guarded.nanos() / 1_000_000_000L)
            : Long.MAX_VALUE;
    return extra < 0 || extra > most
        ? Optional.of(
            new Difference(
                Section.COMMANDS,
                List.of("%d PINGs more in %d ms".formatted(extra, guarded.nanos() / 1_000_000))))
        : Optional.empty();
  }

  /** Again, without haste. */
  private Verdict look(Program program, Mode mode) throws Exception {
    List<Transcript> bare = new ArrayList<>();
    Optional<Difference> found = Optional.empty();
    for (int i = 0; i < BARE_RUNS; i++) {
      Observations both = lane.run(program, Set.of(Mode.BARE, mode), Patience.LONG);
      Transcript shown = both.bare();
      for (Transcript before : bare) {
        Optional<Difference> unsteady = Difference.between(before, shown, sections);
        if (unsteady.isPresent()) {
          return new Verdict.Unsteady(program, unsteady.get());
        }
      }
      bare.add(shown);
      Transcript guarded = both.transcript(mode);
      found =
          found
              .or(() -> Difference.between(shown, guarded, sections))
              .or(() -> tooManyPings(both, mode));
    }
    return found.isEmpty()
        ? new Verdict.Same()
        : new Verdict.Different(new Finding(program, mode, found.get()));
  }

  /** The shortest program found that still differs in the same section, in bounded time. */
  Finding shrink(Finding finding, int mostRuns) throws Exception {
    return Shrinking.shortest(
            finding.program().steps(), finding, mostRuns, steps -> differs(finding, steps))
        .difference();
  }

  private Optional<Finding> differs(Finding finding, List<Step> steps) throws Exception {
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    Program shorter = finding.program().with(steps);
    Observations both = lane.run(shorter, Set.of(Mode.BARE, finding.mode()), Patience.SHORT);
    return Difference.between(
            both.bare(), both.transcript(finding.mode()), Set.of(finding.difference().section()))
        .map(difference -> new Finding(shorter, finding.mode(), difference));
  }
}
