package dev.holdfast.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is measured of every slice. */
enum Metric {
  THROUGHPUT("throughput", "ops/s"),
  ALLOCATION("allocation", "B/op"),
  CPU("cpu", "ns/op");

  private final String label;
  private final String unit;

  Metric(String label, String unit) {
    this.label = label;
    this.unit = unit;
  }

  ToDoubleFunction<Slice> value() {
    return switch (this) {
      case THROUGHPUT -> Slice::throughput;
      case ALLOCATION -> Slice::bytesPerOperation;
      case CPU -> Slice::cpuPerOperation;
    };
  }

  /** Both medians, and the paired ratio's median, quartiles and the median's 95 % interval. */
  List<Figure> figures(String benchmark, int threads, Comparison comparison) {
    Spread ratio = comparison.ratio(value());
    return List.of(
        new Figure(benchmark, Figure.BARE, threads, label, comparison.bare(value()).median(), unit),
        new Figure(
            benchmark, Figure.GUARDED, threads, label, comparison.guarded(value()).median(), unit),
        new Figure(benchmark, Figure.COMPARED, threads, label + "-ratio", ratio.median(), "1"),
        new Figure(benchmark, Figure.COMPARED, threads, label + "-ratio-q1", ratio.q1(), "1"),
        new Figure(benchmark, Figure.COMPARED, threads, label + "-ratio-q3", ratio.q3(), "1"),
        new Figure(benchmark, Figure.COMPARED, threads, label + "-ratio-low95", ratio.low(), "1"),
        new Figure(
            benchmark, Figure.COMPARED, threads, label + "-ratio-high95", ratio.high(), "1"));
  }
}
