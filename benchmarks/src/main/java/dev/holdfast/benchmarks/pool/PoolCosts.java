package dev.holdfast.benchmarks.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks of this package and picks the figures that hold on a shared machine. */
public final class PoolCosts {

  /** Who lends nothing, and what cannot be undercut. */
  public static final List<String> ANCHORS = List.of("none", "limit", "limit-fenced");

  /** Who borrows and returns. */
  public static final List<String> POOLS =
      List.of(
          "holdfast",
          "holdfast-metered",
          "holdfast-recorded",
          "stormpot",
          "stormpot-tap",
          "hikaricp",
          "vibur",
          "commons-pool2",
          "hc5-lax",
          "hc5-strict",
          "reactor-pool");

  /** Who is measured when many wait for few. */
  public static final List<String> CROWD =
      List.of(
          "none", "semaphore", "holdfast", "vibur", "commons-pool2", "hikaricp", "reactor-pool");

  private static final TimeValue SLICE = TimeValue.milliseconds(300);

  private PoolCosts() {}

  /**
   * What one contender took.
   *
   * @param contender its name
   * @param cpuNanos CPU time of the process for each borrow and return
   * @param bytes heap allocated for each
   */
  public record Cost(String contender, double cpuNanos, double bytes) {}

  /**
   * A borrow and a return of 8 objects.
   *
   * @param threads who do it at once
   * @return each contender's cost
   * @throws RunnerException if the run could not be made
   */
  public static List<Cost> borrow(int threads) throws RunnerException {
    List<String> all = new ArrayList<>(ANCHORS);
    all.addAll(POOLS);
    return run(PoolBorrow.class, all, threads);
  }

  /**
   * 64 virtual threads on 8 objects.
   *
   * @return each contender's cost
   * @throws RunnerException if the run could not be made
   */
  public static List<Cost> crowd() throws RunnerException {
    return run(PoolCrowd.class, CROWD, 1);
  }

  private static List<Cost> run(Class<?> benchmark, List<String> contenders, int threads)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark.getName() + '.')
            .param("contender", contenders.toArray(String[]::new))
            .threads(threads)
            .forks(1)
            .warmupIterations(3)
            .warmupTime(SLICE)
            .measurementIterations(3)
            .measurementTime(SLICE)
            .jvmArgsAppend("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .addProfiler(CpuProfiler.class)
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    Collection<RunResult> results = new Runner(options.build()).run();
    List<Cost> costs = new ArrayList<>();
    for (RunResult result : results) {
      costs.add(
          new Cost(
              result.getParams().getParam("contender"),
              figure(result, "cpu"),
              figure(result, "gc.alloc.rate.norm")));
    }
    return costs;
  }

  private static double figure(RunResult result, String name) {
    Result<?> figure = result.getSecondaryResults().get(name);
    if (figure == null) {
      throw new IllegalStateException(
          name + " is not among " + result.getSecondaryResults().keySet());
    }
    return figure.getScore();
  }
}
