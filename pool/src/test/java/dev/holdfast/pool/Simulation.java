package dev.holdfast.pool;

import dev.holdfast.internal.wire.SuspendClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Time, threads and chance on one thread: tasks run when told to, in an order drawn from the seed.
 */
final class Simulation implements Executor {

  private record Timer(long at, long number, Runnable task) {}

  private final Random random;
  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          (a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
  private long nanos;
  private long wallNanos;
  private long number;
  private long sleptNanos;
  private boolean bootClock = true;
  private final Ticker ticker =
      new Ticker(
          new SuspendClock(
              () -> nanos,
              () -> wallNanos / 1_000_000,
              () -> bootClock ? OptionalLong.of(nanos + sleptNanos) : OptionalLong.empty()));

  Simulation(long seed) {
    random = new Random(seed);
  }

  PoolEnvironment environment() {
    return new PoolEnvironment(ticker, this, this::after, random::nextDouble);
  }

  Ticker ticker() {
    return ticker;
  }

  Random random() {
    return random;
  }

  @Override
  public void execute(Runnable task) {
    ready.add(task);
  }

  private Runnable after(long delay, Runnable task) {
    Timer timer = new Timer(nanos + Math.max(0, delay), number++, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  /** Runs one ready task, any of them. */
  boolean step() {
    if (ready.isEmpty()) {
      return false;
    }
    ready.remove(random.nextInt(ready.size())).run();
    return true;
  }

  /** Runs all that is ready, and what becomes ready by it. */
  void settle() {
    for (int steps = 0; step(); steps++) {
      if (steps > 100_000) {
        throw new AssertionError("does not settle");
      }
    }
  }

  int pending() {
    return ready.size();
  }

  /** Lets time pass and runs all that comes due, when it does. */
  void pass(Duration time) {
    long until = nanos + time.toNanos();
    settle();
    while (!timers.isEmpty() && timers.peek().at <= until) {
      Timer due = timers.remove();
      advance(Math.max(0, due.at - nanos)); // overdue after a stall
      due.task.run();
      settle();
    }
    advance(until - nanos);
  }

  /**
   * The machine sleeps: the monotonic clock stands still. Nothing has run since, not even the
   * ticker, which is due all the same: it takes the kernel longer than a tick to freeze all tasks.
   */
  void suspend(Duration time) {
    advance(PoolEnvironment.TICK_NANOS);
    wallNanos += time.toNanos();
    sleptNanos += time.toNanos();
  }

  /** Somebody sets the wall clock, by so much. */
  void setWallClock(Duration by) {
    wallNanos += by.toNanos();
  }

  /** A host whose kernel does not tell how long it slept. */
  void hideBootClock() {
    bootClock = false;
  }

  /** Time passes, but neither timers nor the ticker get to run. */
  void stall(Duration time) {
    nanos += time.toNanos();
    wallNanos += time.toNanos();
  }

  private void advance(long by) {
    stall(Duration.ofNanos(by));
    ticker.tick();
  }

  long millis() {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
