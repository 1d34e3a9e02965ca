package dev.holdfast.benchmarks.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * 64 virtual threads (platform threads before Java 21) borrow, yield and return: with 8 objects
 * they wait for each other. Run it with one JMH thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PoolCrowd {

  private static final int CROWD = 64;
  private static final int EACH = 500;

  /** Whose pool. */
  @Param({"none", "semaphore", "holdfast", "vibur", "commons-pool2", "hikaricp", "reactor-pool"})
  public String contender = "";

  /** Of how many objects. */
  @Param("8")
  public int size;

  private Contender pool = Contender.NONE;
  private final ExecutorService crowd =
      VirtualThreads.there() ? VirtualThreads.executor() : Executors.newFixedThreadPool(CROWD);

  /** For JMH. */
  public PoolCrowd() {}

  /**
   * Opens the pool.
   *
   * @throws Exception if it cannot
   */
  @Setup
  public void open() throws Exception {
    pool = Contenders.open(contender, size);
  }

  /**
   * Closes the pool.
   *
   * @throws Exception if it cannot
   */
  @TearDown
  public void close() throws Exception {
    crowd.shutdown();
    pool.close();
  }

  /**
   * Each of the crowd borrows and returns 500 times.
   *
   * @throws Exception if one could not
   */
  @Benchmark
  @OperationsPerInvocation(CROWD * EACH)
  public void crowd64() throws Exception {
    List<Future<?>> all = new ArrayList<>(CROWD);
    for (int i = 0; i < CROWD; i++) {
      all.add(crowd.submit(this::borrow));
    }
    for (Future<?> one : all) {
      one.get(1, TimeUnit.MINUTES);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // the point: others run while it is held
  private Void borrow() throws Exception {
    for (int i = 0; i < EACH; i++) {
      Object borrowed = pool.borrow();
      Thread.yield();
      pool.giveBack(borrowed);
    }
    return null;
  }
}
