package dev.holdfast.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The rounds of one case. Ratios are taken within a round, then their median over the rounds. */
record Comparison(List<Round> rounds) {

  /** Both contenders within a few seconds of each other. */
  record Round(Slice bare, Slice guarded) {
    double ratio(ToDoubleFunction<Slice> metric) {
      return metric.applyAsDouble(guarded) / metric.applyAsDouble(bare);
    }
  }

  Spread bare(ToDoubleFunction<Slice> metric) {
    return Spread.of(rounds, round -> metric.applyAsDouble(round.bare()));
  }

  Spread guarded(ToDoubleFunction<Slice> metric) {
    return Spread.of(rounds, round -> metric.applyAsDouble(round.guarded()));
  }

  Spread ratio(ToDoubleFunction<Slice> metric) {
    return Spread.of(rounds, round -> round.ratio(metric));
  }
}
