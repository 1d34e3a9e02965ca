package dev.holdfast.pool;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.retry.BackOff;
import dev.holdfast.wire.WireVerdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pool for one race, made anew for each. What it hands to its executor runs at once, on the
 * thread that hands it over; later dials and all proofs are answered, and timers run, when the race
 * says so.
 */
final class RaceBed implements Connector<RaceBed.Socket> {

  private static final ConnectionPlan PLAN = PoolBed.plan();
  private static final MeterRegistry NOWHERE = new CompositeMeterRegistry();
  private static final BackOff BACK_OFF =
      new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(2), 2, 0.5);

  /** A connection. */
  static final class Socket {
    final AtomicInteger closes = new AtomicInteger();

    /** Written by holders of a lease, without any synchronization of its own. */
    int written;
  }

  private long nanos;
  final Socket socket = new Socket();
  final PoolCore<Socket> core;
  final AtomicInteger proofs = new AtomicInteger();
  final CompletableFuture<Socket> dial = new CompletableFuture<>();
  volatile @Nullable Liveness dialled;
  volatile CompletableFuture<WireVerdict> proof = new CompletableFuture<>();
  private volatile Runnable timer = () -> {};
  private boolean opens = true;

  /** Idle connections, as many as there may be. */
  static RaceBed idle(int size) {
    return new RaceBed(size, 8, false).open(size);
  }

  /** As {@link #idle(int)}, with a new handle for each lease. */
  static RaceBed exact(int size) {
    return new RaceBed(size, 8, true).open(size);
  }

  /** One idle connection, and room for so many waiters. */
  static RaceBed withLine(int waiters) {
    return new RaceBed(1, waiters, false).open(1);
  }

  /** No connection, and room for one. */
  static RaceBed empty() {
    return new RaceBed(1, 8, false).open(0);
  }

  private RaceBed(int size, int waiters, boolean exact) {
    PoolEnvironment environment =
        new PoolEnvironment(
            new Ticker(() -> nanos, () -> TimeUnit.NANOSECONDS.toMillis(nanos)),
            Runnable::run,
            this::after,
            () -> 0.5);
    PoolSettings settings =
        new PoolSettings(
            "race",
            PLAN,
            size,
            0,
            size,
            waiters,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Optional.of(Duration.ofSeconds(30)),
            Optional.empty(),
            1,
            exact,
            BACK_OFF);
    core = new PoolCore<>(settings, environment, this, null, new PoolMeters(NOWHERE, "race"));
  }

  private RaceBed open(int size) {
    for (int i = 0; i < size; i++) {
      core.filler.add();
    }
    opens = false;
    return this;
  }

  private Runnable after(long delay, Runnable task) {
    timer = task;
    return () -> {}; // a timer that is about to run cannot be cancelled
  }

  /** Runs the timer that was set last. */
  void ring() {
    timer.run();
  }

  void pass(Duration time) {
    nanos += time.toNanos();
    core.ticker.tick();
  }

  /** The first connection there was. */
  Slot<Socket> slot() {
    return core.roster.live()[0];
  }

  /** What the pool would lend now. */
  SlotLease<Socket> lend() {
    SlotLease<Socket> lease = core.finder.take();
    if (lease == null) {
      throw new AssertionError("nothing to lend");
    }
    return lease;
  }

  /** A waiter in line. */
  Bell line() {
    Bell waiter = new Bell();
    core.join(waiter);
    return waiter;
  }

  /** How often the first connection was closed, and how many the pool has. */
  String left() {
    return "closed " + socket.closes + ", left " + core.roster.count().total();
  }

  static String lent(@Nullable SlotLease<Socket> lease) {
    return lease == null ? "none" : "lent";
  }

  static String phase(Slot<Socket> slot) {
    String text = StateWord.text(slot.word);
    return text.substring(0, text.indexOf(" lease"));
  }

  /** Returns, if it can. */
  static String giveBack(SlotLease<Socket> lease) {
    try {
      lease.close();
      return "returned";
    } catch (IllegalStateException e) {
      return "refused";
    }
  }

  @Override
  public CompletionStage<Socket> connect(Liveness liveness) {
    dialled = liveness;
    if (!opens) {
      return dial;
    }
    return CompletableFuture.completedFuture(
        core.roster.live().length == 0 ? socket : new Socket());
  }

  @Override
  public CompletionStage<WireVerdict> prove(Socket one) {
    proofs.incrementAndGet();
    CompletableFuture<WireVerdict> asked = new CompletableFuture<>();
    proof = asked;
    return asked;
  }

  @Override
  public void close(Socket one, CloseReason reason) {
    one.closes.incrementAndGet();
  }

  /** A waiter that only notes that it was woken. */
  static final class Bell extends Waiter<Socket> {
    volatile boolean rung;
    private final long deadline;

    Bell() {
      this(Long.MAX_VALUE);
    }

    Bell(long deadline) {
      this.deadline = deadline;
    }

    @Override
    long deadline() {
      return deadline;
    }

    @Override
    void wake() {
      rung = true;
    }

    /** What a waiter does whose time is over. */
    void leave(RaceBed bed) {
      end(new End.Gone<>());
      bed.core.leave(this);
    }

    String told() {
      return rung ? "woken" : "asleep";
    }
  }
}
