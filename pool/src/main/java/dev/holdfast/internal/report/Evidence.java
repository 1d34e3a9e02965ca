package dev.holdfast.internal.report;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where the host's counters are read, and judged, on behalf of event loops: they are files, and a
 * reading takes as long as many calls. One daemon thread for all guards, which ends when it has had
 * nothing to do for a second, so that no guard leaves a thread behind. Thread-safe.
 */
final class Evidence {

  /** What comes on top is not read: by then there is more evidence than anybody reads. */
  private static final int MOST_WAITING = 256;

  private static final Duration IDLE = Duration.ofSeconds(1);

  private static final Executor THREAD = thread();

  private Evidence() {}

  /** Runs a step soon, on the thread for it. */
  static Executor executor() {
    return THREAD;
  }

  /** Runs a step at once, unless this thread is an event loop's. */
  static void read(Runnable step) {
    if (Thread.currentThread() instanceof FastThreadLocalThread) {
      THREAD.execute(step);
    } else {
      step.run();
    }
  }

  private static Executor thread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Evidence::named,
            new ThreadPoolExecutor.DiscardPolicy());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  private static Thread named(Runnable runs) {
    Thread thread = new Thread(null, runs, "holdfast-evidence", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    return thread;
  }
}
