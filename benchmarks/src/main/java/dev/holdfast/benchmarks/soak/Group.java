package dev.holdfast.benchmarks.soak;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The threads of one side: whatever a thread of the group starts belongs to it. Their processor
 * time is theirs up to the last {@link #read()} before their end.
 */
final class Group {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final ThreadGroup group;
  private final Map<Long, Long> nanos = new HashMap<>();

  Group(Side side) {
    this.group = new ThreadGroup(side.label());
  }

  ThreadGroup threads() {
    return group;
  }

  /** Runs in a thread of the group. */
  <T> T call(Callable<T> action) throws Exception {
    FutureTask<T> task = new FutureTask<>(action);
    Thread thread = new Thread(group, task, "soak-" + group.getName());
    thread.start();
    try {
      return task.get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException(group.getName() + " could not be set up", failed.getCause());
    }
  }

  int size() {
    return alive().length;
  }

  /** Notes the processor time of those alive; once a second is enough. */
  synchronized void read() {
    for (Thread thread : alive()) {
      long id = thread.getId();
      long taken = THREADS.getThreadCpuTime(id);
      if (taken > 0) {
        nanos.merge(id, taken, Math::max);
      }
    }
  }

  synchronized long processorNanos() {
    read();
    return nanos.values().stream().mapToLong(Long::longValue).sum();
  }

  private Thread[] alive() {
    Thread[] found = new Thread[2 * group.activeCount() + 16];
    int count = group.enumerate(found, true);
    return Arrays.copyOf(found, count);
  }
}
