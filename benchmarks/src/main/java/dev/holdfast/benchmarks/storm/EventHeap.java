package dev.holdfast.benchmarks.storm;

import java.util.Arrays;

/**
 * A binary heap of events packed into longs: time above, connection and kind below. Half a million
 * are pending at once, and boxing them would cost more than the policies under test.
 */
final class EventHeap {
  private static final int KIND_BITS = 3;
  private static final int CONNECTION_BITS = 20;

  private long[] heap = new long[1024];
  private int size;

  static long time(long event) {
    return event >>> (CONNECTION_BITS + KIND_BITS);
  }

  static int connection(long event) {
    return (int) (event >>> KIND_BITS) & ((1 << CONNECTION_BITS) - 1);
  }

  static int kind(long event) {
    return (int) event & ((1 << KIND_BITS) - 1);
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long time, int connection, int kind) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    long event = (time << (CONNECTION_BITS + KIND_BITS)) | ((long) connection << KIND_BITS) | kind;
    int at = size++;
    while (at > 0 && heap[(at - 1) >>> 1] > event) {
      heap[at] = heap[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    heap[at] = event;
  }

  long poll() {
    long first = heap[0];
    long moved = heap[--size];
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (moved <= heap[child]) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
    return first;
  }
}
