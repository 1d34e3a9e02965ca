package dev.holdfast.pool;

import dev.holdfast.internal.wire.SuspendClock;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Everything a pool has from outside; a simulation replaces it all.
 *
 * @param ticker time by which ages are counted
 * @param executor runs what may block
 * @param scheduler runs what comes later
 * @param random uniform on [0,1), from many threads
 * @param opened has the ticker go; what it returns is run once when the pool is closed
 */
record PoolEnvironment(
    Ticker ticker,
    Executor executor,
    Scheduler scheduler,
    DoubleSupplier random,
    Supplier<Runnable> opened) {

  static final long TICK_NANOS = OwnThreads.TICK_NANOS;

  private static final class Shared {
    private static final Ticker TICKER = new Ticker(SuspendClock.ofThisHost());
    private static final OwnThreads THREADS = new OwnThreads(TICKER);
  }

  /** Of a simulation, where the ticker is told to tick. */
  PoolEnvironment(Ticker ticker, Executor executor, Scheduler scheduler, DoubleSupplier random) {
    this(ticker, executor, scheduler, random, () -> () -> {});
  }

  /** The clock and the threads of this process. */
  static PoolEnvironment shared() {
    OwnThreads threads = Shared.THREADS;
    return new PoolEnvironment(
        Shared.TICKER,
        new SureExecutor(threads.workers(), threads.workers(), threads::after),
        threads::after,
        () -> ThreadLocalRandom.current().nextDouble(),
        threads::open);
  }

  /** With the user's executor, and the present one for what that does not take. */
  PoolEnvironment with(Executor users) {
    return new PoolEnvironment(
        ticker, new SureExecutor(users, executor, scheduler), scheduler, random, opened);
  }
}
