package dev.holdfast.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.holdfast.pool.RaceBed.Bell;
import dev.holdfast.pool.RaceBed.Socket;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** One begins to wait while a connection comes free: no wake-up is lost. */
final class WaiterRaces {

  private static final long LONG = TimeUnit.SECONDS.toNanos(20);

  private WaiterRaces() {}

  /** The protocol by its parts: join, look, then sleep. */
  @JCStressTest
  @Description("Return against a waiter that joins the line and looks once more.")
  @Outcome(
      id = {"lent, asleep", "lent, woken", "none, woken"},
      expect = ACCEPTABLE,
      desc = "it has the connection or is woken for it")
  @State
  public static class JoinAgainstReturn {
    private final RaceBed bed = RaceBed.idle(1);
    private final SlotLease<Socket> lease = bed.lend();
    private final Bell waiter = new Bell();

    /** For jcstress. */
    public JoinAgainstReturn() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Joins and looks. */
    @Actor
    public void join(LL_Result r) {
      bed.core.join(waiter);
      r.r1 = RaceBed.lent(bed.core.finder.take());
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r2 = waiter.told();
    }
  }

  /** The same with a thread that parks; a lost wake-up would be a timeout. */
  @JCStressTest
  @Description("Return against a thread that begins to wait.")
  @Outcome(id = "leased, 0", expect = ACCEPTABLE, desc = "it has the connection")
  @State
  public static class ParkAgainstReturn {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public ParkAgainstReturn() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Waits. */
    @Actor
    public void await() {
      try {
        ThreadWaiter.await(bed.core, LONG);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = bed.core.waiters.count();
    }
  }

  /** The same with a future. */
  @JCStressTest
  @Description("Return against an asynchronous acquire.")
  @Outcome(id = "leased, done", expect = ACCEPTABLE, desc = "it has the connection")
  @State
  public static class FutureAgainstReturn {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();
    private @Nullable CompletableFuture<Lease<Socket>> future;

    /** For jcstress. */
    public FutureAgainstReturn() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Begins to wait. */
    @Actor
    public void acquire() {
      future = AsyncWaiter.acquire(bed.core, LONG);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = future != null && future.isDone() && bed.core.waiters.count() == 0 ? "done" : "waits";
    }
  }

  /** A new waiter while the pool is resumed. */
  @JCStressTest
  @Description("Resume against a waiter that joins the line and looks once more.")
  @Outcome(
      id = {"lent, asleep", "lent, woken", "none, woken"},
      expect = ACCEPTABLE,
      desc = "it has the connection or is woken for it")
  @State
  public static class JoinAgainstResume {
    private final RaceBed bed = RaceBed.idle(1);
    private final Bell waiter = new Bell();

    /** Suspends the pool. */
    public JoinAgainstResume() {
      bed.core.roster.suspend(true);
    }

    /** Resumes, as {@link ConnectionPool#resume()} does. */
    @Actor
    public void resume() {
      bed.core.roster.suspend(false);
      bed.core.pass();
    }

    /** Joins and looks. */
    @Actor
    public void join(LL_Result r) {
      bed.core.join(waiter);
      r.r1 = RaceBed.lent(bed.core.finder.take());
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r2 = waiter.told();
    }
  }

  /** A new waiter while the last connection goes: somebody has to dial. */
  @JCStressTest
  @Description("The end of the last connection against a waiter that joins the line.")
  @Outcome(
      id = {"lent, 1", "none, 1"},
      expect = ACCEPTABLE,
      desc = "one dial is under way once the connection is gone")
  @State
  public static class JoinAgainstLastEnd {
    private final RaceBed bed = RaceBed.idle(1);
    private @Nullable SlotLease<Socket> lease;

    /** For jcstress. */
    public JoinAgainstLastEnd() {}

    /** Retires it. */
    @Actor
    public void retire() {
      bed.core.retireAll(CloseReason.REFRESHED);
    }

    /** Joins and looks. */
    @Actor
    public void join(LL_Result r) {
      bed.core.join(new Bell());
      lease = bed.core.finder.take();
      r.r1 = RaceBed.lent(lease);
      if (lease == null) {
        bed.core.supply();
      }
    }

    /** Returns what was lent, which is closed then, and counts dials. */
    @Arbiter
    public void after(LL_Result r) {
      if (lease != null) {
        lease.close();
      }
      r.r2 = bed.core.roster.count().connecting();
    }
  }

  /** A new waiter while the alarm rings for another: it is woken at its deadline all the same. */
  @JCStressTest
  @Description("A deadline's alarm against a waiter that joins the line.")
  @Outcome(
      id = {"woken, woken"},
      expect = ACCEPTABLE,
      desc = "each is woken once its time is over")
  @State
  public static class JoinAgainstAlarm {
    private final Waiters<Socket> line = new Waiters<>(2);
    private final Queue<Runnable> timers = new ConcurrentLinkedQueue<>();
    private final Alarm<Socket> alarm = new Alarm<>(line, this::after);
    private final Bell first = new Bell(alarm.now());
    private final Bell second = new Bell(first.deadline() + 1);
    private final Runnable timer;

    /** One waits already. */
    public JoinAgainstAlarm() {
      line.join(first);
      alarm.set(first.deadline());
      timer = timers.remove();
    }

    private Runnable after(long nanos, Runnable task) {
      timers.add(task);
      return () -> {};
    }

    /** The first one's time is over. */
    @Actor
    public void ring() {
      timer.run();
    }

    /** Joins. */
    @Actor
    public void join() {
      line.join(second);
      alarm.set(second.deadline());
    }

    /** All timers run. */
    @Arbiter
    public void after(LL_Result r) {
      timers.forEach(Runnable::run);
      r.r1 = first.told();
      r.r2 = second.told();
    }
  }

  /** Two for the one place in a line. */
  @JCStressTest
  @Description("Join against join with one place in line.")
  @Outcome(
      id = {"in line, refused", "refused, in line"},
      expect = ACCEPTABLE,
      desc = "one waits")
  @State
  public static class JoinAgainstJoin {
    private final RaceBed bed = RaceBed.withLine(1);

    /** For jcstress. */
    public JoinAgainstJoin() {}

    /** Joins. */
    @Actor
    public void join(LL_Result r) {
      r.r1 = enter(bed, new Bell());
    }

    /** Joins. */
    @Actor
    public void other(LL_Result r) {
      r.r2 = enter(bed, new Bell());
    }
  }

  /** The pool is closed: nobody is left in line. */
  @JCStressTest
  @Description("Join against the pool's close.")
  @Outcome(
      id = {"in line, told, 0", "refused, -, 0"},
      expect = ACCEPTABLE,
      desc = "it is told one way or the other")
  @State
  public static class JoinAgainstClose {
    private final RaceBed bed = RaceBed.empty();
    private final Bell waiter = new Bell();
    private String entered = "";

    /** For jcstress. */
    public JoinAgainstClose() {}

    /** Joins. */
    @Actor
    public void join() {
      entered = enter(bed, waiter);
    }

    /** Closes the pool. */
    @Actor
    public void close() {
      bed.core.shut();
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      boolean told = waiter.end() instanceof Waiter.End.Failed<Socket> && waiter.rung;
      r.r1 =
          entered
              + (entered.equals("refused") ? ", -, " : told ? ", told, " : ", not told, ")
              + bed.core.waiters.count();
    }
  }

  private static String enter(RaceBed bed, Bell waiter) {
    try {
      bed.core.join(waiter);
      return "in line";
    } catch (AcquireException e) {
      return "refused";
    }
  }
}
