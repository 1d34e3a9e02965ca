package dev.holdfast.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.holdfast.pool.RaceBed.Bell;
import dev.holdfast.pool.RaceBed.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * One stops waiting while it is woken or served: neither the wake-up nor the connection is lost.
 */
final class HandOverRaces {

  private static final long LONG = TimeUnit.SECONDS.toNanos(20);

  private HandOverRaces() {}

  /** The first in line leaves while it is woken: the second is woken. */
  @JCStressTest
  @Description("A wake-up against its waiter's time-out.")
  @Outcome(id = "idle, woken", expect = ACCEPTABLE, desc = "the wake-up is passed on")
  @State
  public static class WakeAgainstTimeout {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();
    private final Bell first = bed.line();
    private final Bell second = bed.line();

    /** For jcstress. */
    public WakeAgainstTimeout() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Has no time left. */
    @Actor
    public void leave() {
      first.leave(bed);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = second.told();
    }
  }

  /** The first in line starves and leaves while it is handed the connection. */
  @JCStressTest
  @Description("A hand-over against its waiter's time-out.")
  @Outcome(id = "leased, served, asleep", expect = ACCEPTABLE, desc = "the first has it")
  @Outcome(id = "idle, gone, woken", expect = ACCEPTABLE, desc = "the second is woken")
  @State
  public static class ServeAgainstTimeout {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();
    private final Bell first = bed.line();
    private final Bell second = bed.line();

    /** It starves. */
    public ServeAgainstTimeout() {
      first.starve();
    }

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Has no time left. */
    @Actor
    public void leave() {
      first.leave(bed);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = ended(first) + ", " + second.told();
    }
  }

  /** A future that starves is cancelled. */
  @JCStressTest
  @Description("A hand-over against the future's cancellation.")
  @Outcome(
      id = {"leased, done", "idle, cancelled"},
      expect = ACCEPTABLE,
      desc = "its caller has it or nobody")
  @State
  public static class ServeAgainstCancel {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();
    private final CompletableFuture<Lease<Socket>> future = starving(bed);

    /** For jcstress. */
    public ServeAgainstCancel() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Cancels. */
    @Actor
    public void cancel() {
      future.cancel(false);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = ended(bed, future);
    }
  }

  /** The time of a future that starves is over. */
  @JCStressTest
  @Description("A hand-over against the future's time-out.")
  @Outcome(
      id = {"leased, done", "idle, failed"},
      expect = ACCEPTABLE,
      desc = "its caller has it or nobody")
  @State
  public static class ServeAgainstExpiry {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();
    private final CompletableFuture<Lease<Socket>> future = starving(bed);

    /** For jcstress. */
    public ServeAgainstExpiry() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** The timer. */
    @Actor
    public void expire() {
      bed.ring();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = ended(bed, future);
    }
  }

  /** A woken future takes the connection itself while it is cancelled. */
  @JCStressTest
  @Description("A find against the future's cancellation.")
  @Outcome(
      id = {"leased, done", "idle, cancelled"},
      expect = ACCEPTABLE,
      desc = "its caller has it or nobody")
  @State
  public static class FindAgainstCancel {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();
    private final CompletableFuture<Lease<Socket>> future = AsyncWaiter.acquire(bed.core, LONG);

    /** For jcstress. */
    public FindAgainstCancel() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Cancels. */
    @Actor
    public void cancel() {
      future.cancel(false);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = ended(bed, future);
    }
  }

  /** Two connections are handed to one that starves. */
  @JCStressTest
  @Description("A hand-over against another to the same waiter.")
  @Outcome(id = "1, served", expect = ACCEPTABLE, desc = "it has one, the other is free")
  @State
  public static class ServeAgainstServe {
    private final RaceBed bed = RaceBed.idle(2);
    private final SlotLease<Socket> one = bed.lend();
    private final SlotLease<Socket> other = bed.lend();
    private final Bell waiter = bed.line();

    /** It starves. */
    public ServeAgainstServe() {
      waiter.starve();
    }

    /** Returns. */
    @Actor
    public void giveBack() {
      one.close();
    }

    /** Returns. */
    @Actor
    public void giveBackOther() {
      other.close();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = bed.core.state().active();
      r.r2 = ended(waiter);
    }
  }

  private static String ended(Bell waiter) {
    return waiter.end() instanceof Waiter.End.Served<Socket> ? "served" : "gone";
  }

  private static CompletableFuture<Lease<Socket>> starving(RaceBed bed) {
    CompletableFuture<Lease<Socket>> future = AsyncWaiter.acquire(bed.core, LONG);
    Waiter<Socket> waiter = bed.core.waiters.first();
    if (waiter == null) {
      throw new AssertionError("does not wait");
    }
    waiter.starve();
    return future;
  }

  private static String ended(RaceBed bed, CompletableFuture<?> future) {
    if (!future.isDone() || bed.core.waiters.count() != 0) {
      return "waits";
    }
    return future.isCancelled()
        ? "cancelled"
        : future.isCompletedExceptionally() ? "failed" : "done";
  }
}
