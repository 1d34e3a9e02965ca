package dev.holdfast.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Reads what the JVM has taken so far. */
record JvmCounters(long nanos, long allocatedBytes, long cpuNanos) {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  static JvmCounters now() {
    return new JvmCounters(System.nanoTime(), allocated(), SYSTEM.getProcessCpuTime());
  }

  Slice until(JvmCounters end, long operations) {
    return new Slice(
        operations,
        end.nanos - nanos,
        end.allocatedBytes - allocatedBytes,
        end.cpuNanos - cpuNanos);
  }

  /** Over live threads only: the threads that matter must outlive the slice. */
  private static long allocated() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(0, bytes); // -1 for a thread that has just ended
    }
    return sum;
  }
}
