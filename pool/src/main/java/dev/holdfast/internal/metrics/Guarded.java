package dev.holdfast.internal.metrics;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of parts that the user supplies where a result is not waited for: a meter registry with a
 * filter that throws, a listener, a gate's books. Whatever they throw, errors included, ends here,
 * so that it neither reaches a caller nor keeps what was reserved for him. Thread-safe.
 */
public final class Guarded {

  private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);
  private static final AtomicBoolean METERS_WARNED = new AtomicBoolean();

  private Guarded() {}

  /**
   * Calls one.
   *
   * @param what its name for the log
   * @param call the call
   * @return false if it threw, which is logged
   */
  @SuppressWarnings("CatchAndPrintStackTrace")
  public static boolean run(String what, Runnable call) {
    try {
      call.run();
      return true;
    } catch (Throwable thrown) { // of the user's part: an Error there is no more ours than others
      LOG.warn("{} threw, which is ignored", what, thrown);
      return false;
    }
  }

  /**
   * Counts, times or registers something. A registry that refuses does so for every call, so only
   * the first refusal of a process is a warning.
   *
   * @param call of a meter or a registry
   */
  public static void meter(Runnable call) {
    register(
        () -> {
          call.run();
          return null;
        });
  }

  /**
   * Makes a meter.
   *
   * @param make of a registry
   * @param <M> the meter
   * @return the meter; null if the registry refuses it
   */
  public static <M> @Nullable M register(Supplier<? extends @Nullable M> make) {
    try {
      return make.get();
    } catch (Throwable thrown) {
      if (METERS_WARNED.compareAndSet(false, true)) {
        LOG.warn("the meter registry threw: what it refuses is not metered", thrown);
      } else {
        LOG.debug("the meter registry threw", thrown);
      }
      return null;
    }
  }
}
