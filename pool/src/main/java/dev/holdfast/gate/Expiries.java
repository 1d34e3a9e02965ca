package dev.holdfast.gate;

import java.util.Arrays;

/**
 * Instants in the order in which they come: every entry is added at or after the last. A ring, as
 * it holds one entry for each port in {@code TIME_WAIT}. Confined to its ledger's lock.
 */
final class Expiries {

  private long[] ring = new long[16];
  private int head;
  private int size;

  int size() {
    return size;
  }

  void add(long instant) {
    if (size == ring.length) {
      long[] wider = new long[2 * size];
      System.arraycopy(ring, head, wider, 0, size - head);
      System.arraycopy(ring, 0, wider, size - head, head);
      ring = wider;
      head = 0;
    }
    ring[(head + size++) & (ring.length - 1)] = instant;
  }

  /** Drops what has come; gives the memory of a past peak back. */
  void drain(long now) {
    while (size > 0 && ring[head] - now <= 0) {
      head = (head + 1) & (ring.length - 1);
      size--;
    }
    if (size == 0 && ring.length > 1024) {
      ring = Arrays.copyOf(ring, 16);
      head = 0;
    }
  }

  /** The n-th instant to come, from 0. */
  long at(int n) {
    return ring[(head + n) & (ring.length - 1)];
  }

  /** How many come until then, inclusive. */
  int until(long instant) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at(middle) - instant <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
