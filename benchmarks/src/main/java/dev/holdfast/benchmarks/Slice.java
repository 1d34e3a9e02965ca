package dev.holdfast.benchmarks;

/**
 * What one contender did and took in one or more slices of time.
 *
 * @param operations completed operations
 * @param nanos wall-clock time
 * @param allocatedBytes heap bytes allocated by all live threads of the JVM
 * @param cpuNanos processor time of all live Java threads; the server's is not in it
 */
record Slice(long operations, long nanos, long allocatedBytes, long cpuNanos) {
  Slice plus(Slice more) {
    return new Slice(
        operations + more.operations,
        nanos + more.nanos,
        allocatedBytes + more.allocatedBytes,
        cpuNanos + more.cpuNanos);
  }

  double throughput() {
    return operations * 1e9 / nanos;
  }

  double bytesPerOperation() {
    return (double) allocatedBytes / operations;
  }

  double cpuPerOperation() {
    return (double) cpuNanos / operations;
  }
}
