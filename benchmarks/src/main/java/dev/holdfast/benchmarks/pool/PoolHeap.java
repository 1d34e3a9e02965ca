package dev.holdfast.benchmarks.pool;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Heap that Holdfast's pool takes for each connection, beyond the connection itself. */
public final class PoolHeap {

  private static final int CONNECTIONS = 5_000;
  private static final int COLLECTIONS = 4;

  private PoolHeap() {}

  /**
   * Measures one pool of 5,000 connections that are all made and lent once.
   *
   * @return bytes a connection
   * @throws Exception if the pool could not be filled
   */
  public static double bytes() throws Exception {
    try (Contender first = Contenders.open("holdfast", 1)) { // classes, meters, threads
      long before = liveBytes();
      try (Contender pool = Contenders.open("holdfast", CONNECTIONS)) {
        long objects = 16L * CONNECTIONS; // a bare Object each
        double bytes = (double) (liveBytes() - before - objects) / CONNECTIONS;
        pool.giveBack(pool.borrow()); // keeps it until here
        first.giveBack(first.borrow());
        return bytes;
      }
    }
  }

  private static long liveBytes() throws InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50); // references and cleaners
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
