package dev.holdfast.benchmarks;

import java.io.PrintStream;
import java.util.List;

/** One name of the command line. */
@FunctionalInterface
interface Benchmark {
  /** Measures, prints a table for people, and returns every figure. */
  List<Figure> run(Effort effort, PrintStream out) throws Exception;
}
