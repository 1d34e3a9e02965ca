package dev.holdfast.benchmarks;

import dev.holdfast.lab.Await;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** The heap that is reachable. */
final class LiveHeap {

  private static final int COLLECTIONS = 6;

  private LiveHeap() {}

  /** Blocks for the collections, a third of a second. */
  static long bytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      Await.idle(Duration.ofMillis(50)); // references and cleaners
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
