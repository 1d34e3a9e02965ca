package dev.holdfast.benchmarks.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds.
 *
 * @param threads alive
 * @param descriptors open
 * @param heapBytes in use after a collection
 */
record Resources(int threads, long descriptors, long heapBytes) {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  static Resources now() {
    System.gc();
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return new Resources(
          ManagementFactory.getThreadMXBean().getThreadCount(),
          open.count(),
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return "%d threads, %d descriptors, %.1f MB of heap"
        .formatted(threads, descriptors, heapBytes / 1e6);
  }
}
