package dev.holdfast.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A fixed number of threads that run one load after another, and measure it. */
final class Crew implements AutoCloseable {
  private static final Duration LAST_OPERATION = Duration.ofSeconds(30);

  private final int threads;
  private final ExecutorService workers;

  Crew(int threads) {
    this.threads = threads;
    this.workers = Executors.newFixedThreadPool(threads);
  }

  int threads() {
    return threads;
  }

  /**
   * Runs a load on every thread at once.
   *
   * @throws IllegalStateException if an operation failed, or the last one did not end in 30 s
   */
  Slice run(Load load, Duration length) throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch start = new CountDownLatch(1);
    AtomicBoolean running = new AtomicBoolean(true);
    List<Future<Long>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      shares.add(
          workers.submit(
              () -> {
                ready.countDown();
                start.await();
                return load.run(running::get);
              }));
    }
    ready.await();
    JvmCounters before = JvmCounters.now();
    start.countDown();
    TimeUnit.NANOSECONDS.sleep(length.toNanos());
    running.set(false);
    long operations = 0;
    for (Future<Long> share : shares) {
      operations += completed(share);
    }
    return before.until(JvmCounters.now(), operations);
  }

  private static long completed(Future<Long> share) throws InterruptedException {
    try {
      return share.get(LAST_OPERATION.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an operation failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("an operation did not end in " + LAST_OPERATION, e);
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
