package dev.holdfast.benchmarks.pool;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One borrow and one return, by as many threads as JMH is told. Read {@link CpuProfiler}'s figure:
 * its ratio to {@code limit} holds on any machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PoolBorrow {

  /** Whose pool. */
  @Param({
    "none",
    "limit",
    "limit-fenced",
    "semaphore",
    "holdfast",
    "commons-pool2",
    "hikaricp",
    "stormpot",
    "stormpot-tap",
    "reactor-pool",
    "vibur",
    "hc5-strict",
    "hc5-lax"
  })
  public String contender = "";

  /** Of how many objects. */
  @Param("8")
  public int size;

  private Contender pool = Contender.NONE;

  /** For JMH. */
  public PoolBorrow() {}

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
    pool.close();
  }

  /**
   * Borrows, returns.
   *
   * @return what was borrowed
   * @throws Exception if nothing was
   */
  @Benchmark
  public Object borrow() throws Exception {
    Object borrowed = pool.borrow();
    pool.giveBack(borrowed);
    return borrowed;
  }
}
