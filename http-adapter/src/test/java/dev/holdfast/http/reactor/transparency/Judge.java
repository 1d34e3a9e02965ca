package dev.holdfast.http.reactor.transparency;

import dev.holdfast.http.reactor.transparency.Run.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Compares what clients showed, and makes a program that tells them apart as short as it can. */
final class Judge {

  /** How often a bare client must show the same before a difference counts. */
  private static final int BARE_RUNS = 4;

  /** How often a guarded one must show something else. */
  private static final int GUARDED_RUNS = 3;

  private static final int SHRINKING_RUNS = 40;
  private static final int MOST_LINES = 4;

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
    for (int i = 1; i < BARE_RUNS; i++) {
      Optional<String> already = between(bare, Run.of(program, Mode.BARE, servers));
      if (already.isPresent()) {
        unsteady.add(program + "\n  already bare\n    " + already.get());
        return;
      }
    }
    for (int i = 1; i < GUARDED_RUNS; i++) {
      if (between(bare, Run.of(program, mode, servers)).isEmpty()) {
        unsteady.add(program + "\n  now and then " + mode + "\n    " + difference.get());
        return;
      }
    }
    different.add(shrink(program, mode, servers, difference.get()));
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
  private static String shrink(Program program, Mode mode, Servers servers, String difference) {
    Program shortest = program;
    String shown = difference;
    int runs = 0;
    for (int chunk = Math.max(1, program.steps().size() / 2); chunk >= 1; chunk /= 2) {
      for (int from = 0; from < shortest.steps().size() && runs < SHRINKING_RUNS; ) {
        List<Step> fewer = new ArrayList<>(shortest.steps());
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        Program shorter = shortest.with(fewer);
        Optional<String> still =
            between(Run.of(shorter, Mode.BARE, servers), Run.of(shorter, mode, servers));
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
