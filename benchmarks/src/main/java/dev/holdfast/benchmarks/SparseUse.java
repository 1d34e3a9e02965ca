package dev.holdfast.benchmarks;

import java.io.PrintStream;
import java.util.List;

final class SparseUse implements Benchmark {
  @Override
  public List<Figure> run(Effort effort, PrintStream out) {
    return List.of();
  }
}
