package dev.holdfast.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs two loads in turn, in short slices, so that the machine's noise hits both alike. A round is
 * ABBA or BAAB: a drift that is steady over a round cancels out.
 */
final class PairedRun {
  private final Load bare;
  private final Load guarded;

  PairedRun(Load bare, Load guarded) {
    this.bare = bare;
    this.guarded = guarded;
  }

  /** Warms up, then measures. */
  List<Comparison.Round> measure(Crew crew, Effort effort) throws InterruptedException {
    return measure(crew, effort, () -> {});
  }

  /**
   * @param warm done between warming up and measuring
   */
  List<Comparison.Round> measure(Crew crew, Effort effort, Runnable warm)
      throws InterruptedException {
    for (int i = 0; i < effort.warmUpRounds(); i++) {
      round(crew, effort, i);
    }
    warm.run();
    List<Comparison.Round> rounds = new ArrayList<>();
    for (int i = 0; i < effort.rounds(); i++) {
      rounds.add(round(crew, effort, i));
    }
    return rounds;
  }

  private Comparison.Round round(Crew crew, Effort effort, int number) throws InterruptedException {
    boolean bareOutside = number % 2 == 0;
    Load outside = bareOutside ? bare : guarded;
    Load inside = bareOutside ? guarded : bare;
    Slice first = crew.run(outside, effort.slice());
    Slice middle = crew.run(inside, effort.slice()).plus(crew.run(inside, effort.slice()));
    Slice both = first.plus(crew.run(outside, effort.slice()));
    return bareOutside ? new Comparison.Round(both, middle) : new Comparison.Round(middle, both);
  }
}
