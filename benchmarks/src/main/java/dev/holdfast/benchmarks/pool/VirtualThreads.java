package dev.holdfast.benchmarks.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What Java 17, for which this is compiled, has no name for. */
public final class VirtualThreads {

  /** The first Java that has them for good. */
  public static final int SINCE = 21;

  private VirtualThreads() {}

  /**
   * Whether this JVM has them.
   *
   * @return true from Java 21 on
   */
  public static boolean there() {
    return Runtime.version().feature() >= SINCE;
  }

  /**
   * A new virtual thread for each task.
   *
   * @return an executor
   */
  public static ExecutorService executor() {
    try {
      return (ExecutorService)
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class))
              .invoke();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
