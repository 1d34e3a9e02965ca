package dev.holdfast.http.reactor.transparency;

import dev.holdfast.http.reactor.transparency.Run.Transcript;
import dev.holdfast.lab.Shrinking;
import dev.holdfast.lab.Shrinking.Shortest;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Compares what clients showed, and makes a program that tells them apart as short as it can. */
final class Judge {

  /**
   * How often a bare client must show the same, and a guarded one something else, before a
   * difference counts. A program that shows one of two things by chance, guarded or not, differs so
   * once in 30,000 times at most.
   */
  private static final int RUNS = 8;

  private static final int SHRINKING_RUNS = 40;

  final LongAdder exchanges = new LongAdder();
  final LongAdder programs = new LongAdder();
  final DoubleAdder proofs = new DoubleAdder();
  final Queue<String> unsteady = new ConcurrentLinkedQueue<>();
  final Queue<String> different = new ConcurrentLinkedQueue<>();

  void judge(Program program, Mode mode, Servers servers) {
    programs.increment();
    exchanges.add(program.steps().size());
    Transcript bare = Run.of(program, Mode.BARE, servers);
    Transcript guarded = Run.of(program, mode, servers);
    proofs.add(guarded.proofs());
    Optional<String> difference = between(bare, guarded);
    if (difference.isEmpty()) {
      return;
    }
    for (int i = 1; i < RUNS; i++) {
      Optional<String> already = between(bare, Run.of(program, Mode.BARE, servers));
      if (already.isPresent()) {
        unsteady.add(program + "\n  already bare\n    " + already.get());
        return;
      }
    }
    for (int i = 1; i < RUNS; i++) {
      if (between(bare, Run.of(program, mode, servers)).isEmpty()) {
        unsteady.add(program + "\n  now and then " + mode + "\n    " + difference.get());
        return;
      }
    }
    different.add(shrink(program, mode, servers, difference.get()));
  }

  private static Optional<String> between(Transcript bare, Transcript other) {
    return Shrinking.between(bare.lines(), other.lines());
  }

  private static String shrink(Program program, Mode mode, Servers servers, String difference) {
    Shortest<Step, String> shortest =
        Shrinking.shortest(
            program.steps(),
            difference,
            SHRINKING_RUNS,
            steps -> {
              Program shorter = program.with(steps);
              return between(Run.of(shorter, Mode.BARE, servers), Run.of(shorter, mode, servers));
            });
    return "%s, %s%n  differs%n    %s"
        .formatted(mode, program.with(shortest.steps()), shortest.difference());
  }
}
