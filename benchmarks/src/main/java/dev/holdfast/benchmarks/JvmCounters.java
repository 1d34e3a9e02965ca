package dev.holdfast.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * What the live Java threads have taken so far. A thread that ends within a slice is left out of it
 * altogether, and so counts for nothing: those that matter must outlive the slice. The processor
 * time of a process has a grain of 10 ms on JDK 17, that of a thread has none; the compiler's and
 * the collector's threads are not in it.
 */
record JvmCounters(long nanos, Map<Long, Long> allocatedBytes, Map<Long, Long> cpuNanos) {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  static JvmCounters now() {
    long[] ids = THREADS.getAllThreadIds();
    return new JvmCounters(
        System.nanoTime(),
        byThread(ids, THREADS.getThreadAllocatedBytes(ids)),
        byThread(ids, THREADS.getThreadCpuTime(ids)));
  }

  Slice until(JvmCounters end, long operations) {
    return new Slice(
        operations,
        end.nanos - nanos,
        rise(allocatedBytes, end.allocatedBytes),
        rise(cpuNanos, end.cpuNanos));
  }

  private static Map<Long, Long> byThread(long[] ids, long[] values) {
    Map<Long, Long> known = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      if (values[i] >= 0) { // -1: ended meanwhile
        known.put(ids[i], values[i]);
      }
    }
    return known;
  }

  /** Of the threads that are there at the end; what began in between began at 0. */
  private static long rise(Map<Long, Long> start, Map<Long, Long> end) {
    return end.entrySet().stream()
        .mapToLong(thread -> thread.getValue() - start.getOrDefault(thread.getKey(), 0L))
        .sum();
  }
}
