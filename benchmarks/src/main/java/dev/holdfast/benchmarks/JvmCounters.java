package dev.holdfast.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What the live Java threads have taken so far; the threads that matter must outlive the slice. The
 * processor time of a process has a grain of 10 ms on JDK 17, that of a thread has none; the
 * compiler's and the collector's threads are not in it.
 */
record JvmCounters(long nanos, long allocatedBytes, long cpuNanos) {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  static JvmCounters now() {
    long[] ids = THREADS.getAllThreadIds();
    return new JvmCounters(
        System.nanoTime(),
        sum(THREADS.getThreadAllocatedBytes(ids)),
        sum(THREADS.getThreadCpuTime(ids)));
  }

  Slice until(JvmCounters end, long operations) {
    return new Slice(
        operations,
        end.nanos - nanos,
        end.allocatedBytes - allocatedBytes,
        end.cpuNanos - cpuNanos);
  }

  private static long sum(long[] perThread) {
    return Arrays.stream(perThread).filter(value -> value > 0).sum(); // -1: ended meanwhile
  }
}
