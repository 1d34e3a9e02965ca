package dev.holdfast.benchmarks;

import java.util.function.BooleanSupplier;

/** One thread's share of a workload; the same instance may run on many threads at once. */
@FunctionalInterface
interface Load {
  /**
   * Works until told to stop.
   *
   * @param goesOn asked between operations
   * @return the operations completed
   */
  long run(BooleanSupplier goesOn) throws Exception;
}
