package dev.holdfast.gate;

import java.util.PriorityQueue;

/**
 * What the kernel does with the source ports of one destination: says EADDRNOTAVAIL or connects.
 */
final class KernelPorts {

  private final int range;
  private final long timeWaitNanos;
  private final PriorityQueue<Long> timeWait = new PriorityQueue<>();
  private int open;
  private int others;

  KernelPorts(int range, long timeWaitNanos) {
    this.range = range;
    this.timeWaitNanos = timeWaitNanos;
  }

  /** Ports that another process keeps. */
  KernelPorts othersHold(int ports) {
    others = ports;
    return this;
  }

  boolean connect(long at) {
    while (!timeWait.isEmpty() && timeWait.element() <= at) {
      timeWait.remove();
    }
    if (open + timeWait.size() + others >= range) {
      return false;
    }
    open++;
    return true;
  }

  void closeFirst(long at) {
    open--;
    timeWait.add(at + timeWaitNanos);
  }
}
