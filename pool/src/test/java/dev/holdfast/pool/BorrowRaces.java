package dev.holdfast.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.pool.RaceBed.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A borrow against all that can happen to an idle connection; {@link PoolRacesTest} runs them. */
final class BorrowRaces {

  private BorrowRaces() {}

  /** One that borrows, and what it has got. */
  private static final class Borrower {
    private final RaceBed bed;
    private @Nullable SlotLease<Socket> lease;

    Borrower(RaceBed bed) {
      this.bed = bed;
    }

    String borrow() {
      lease = bed.core.finder.take();
      return RaceBed.lent(lease);
    }

    void giveBack() {
      SlotLease<Socket> had = lease;
      if (had != null) {
        had.close();
      }
    }
  }

  /** Two borrowers. */
  @JCStressTest
  @Description("Borrow against borrow.")
  @Outcome(
      id = {"lent, none", "none, lent"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @State
  public static class AgainstBorrow {
    private final RaceBed bed = RaceBed.idle(1);

    /** For jcstress. */
    public AgainstBorrow() {}

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      r.r1 = RaceBed.lent(bed.core.finder.take());
    }

    /** Borrows. */
    @Actor
    public void other(LL_Result r) {
      r.r2 = RaceBed.lent(bed.core.finder.take());
    }
  }

  /** The connection is returned: what its holder wrote is seen. */
  @JCStressTest
  @Description("Borrow against return.")
  @Outcome(
      id = {"lent, all seen", "none, -"},
      expect = ACCEPTABLE,
      desc = "lent after its return, or not")
  @State
  public static class AgainstReturn {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** Some time passes before the return. */
    public AgainstReturn() {
      bed.pass(Duration.ofMillis(10));
    }

    /** Uses and returns it. */
    @Actor
    public void giveBack() {
      lease.connection().written = 1;
      lease.close();
    }

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      SlotLease<Socket> mine = bed.core.finder.take();
      r.r1 = RaceBed.lent(mine);
      r.r2 =
          mine == null
              ? "-"
              : mine.connection().written == 1 && slot.lastUse == bed.core.ticker.now()
                  ? "all seen"
                  : "stale";
    }
  }

  /** The event loop reports a death. */
  @JCStressTest
  @Description("Borrow against a death report.")
  @Outcome(id = "lent, closed 0 then 1", expect = ACCEPTABLE, desc = "closed when it was returned")
  @Outcome(id = "none, closed 1 then 1", expect = ACCEPTABLE, desc = "closed while idle")
  @State
  public static class AgainstDeath {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final Borrower borrower = new Borrower(bed);

    /** For jcstress. */
    public AgainstDeath() {}

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      r.r1 = borrower.borrow();
    }

    /** Reports. */
    @Actor
    public void die() {
      slot.dead(Cause.PEER_RESET);
    }

    /** Returns. */
    @Arbiter
    public void after(LL_Result r) {
      int before = bed.socket.closes.get();
      borrower.giveBack();
      r.r2 = "closed " + before + " then " + bed.socket.closes;
    }
  }

  /** It is suspected: from then on nobody gets it without a proof. */
  @JCStressTest
  @Description("Borrow against a suspicion.")
  @Outcome(id = "lent, proofs 0 then 1", expect = ACCEPTABLE, desc = "proved when it was returned")
  @Outcome(id = "none, proofs 1 then 1", expect = ACCEPTABLE, desc = "proved while idle")
  @State
  public static class AgainstSuspicion {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final Borrower borrower = new Borrower(bed);

    /** For jcstress. */
    public AgainstSuspicion() {}

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      r.r1 = borrower.borrow();
    }

    /** Suspects. */
    @Actor
    public void suspect() {
      slot.suspect();
    }

    /** Returns. */
    @Arbiter
    public void after(LL_Result r) {
      int before = bed.proofs.get();
      borrower.giveBack();
      r.r2 = "proofs " + before + " then " + bed.proofs;
    }
  }

  /** The housekeeper closes what nobody has needed for long. */
  @JCStressTest
  @Description("Borrow against the housekeeper's retirement.")
  @Outcome(id = "lent, closed 0, left 1", expect = ACCEPTABLE, desc = "kept")
  @Outcome(id = "none, closed 1, left 0", expect = ACCEPTABLE, desc = "retired")
  @State
  public static class AgainstRetirement {
    private final RaceBed bed = RaceBed.idle(1);

    /** It is idle for too long, though it may still be lent. */
    public AgainstRetirement() {
      bed.pass(Duration.ofSeconds(40));
    }

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      r.r1 = RaceBed.lent(bed.core.finder.take());
    }

    /** Sweeps. */
    @Actor
    public void sweep() {
      bed.core.housekeeper.sweep();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r2 = bed.left();
    }
  }

  /** The pool is suspended: what it does not see out then is not lent any more. */
  @JCStressTest
  @Description("Borrow against suspend.")
  @Outcome(id = "lent, seen out", expect = ACCEPTABLE, desc = "lent before")
  @Outcome(id = "none, nothing out", expect = ACCEPTABLE, desc = "suspended before")
  @Outcome(id = "none, seen out", expect = ACCEPTABLE, desc = "lent, noticed and given back")
  @State
  public static class AgainstSuspend {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** For jcstress. */
    public AgainstSuspend() {}

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      r.r1 = RaceBed.lent(bed.core.finder.take());
    }

    /** Suspends the pool. */
    @Actor
    public void suspend(LL_Result r) {
      bed.core.roster.suspend(true);
      r.r2 = RaceBed.phase(slot).equals("leased") ? "seen out" : "nothing out";
    }
  }

  /** The pool is closed: its connection too, now or when it is returned. */
  @JCStressTest
  @Description("Borrow against the pool's close.")
  @Outcome(id = "lent, closed 0 then 1, emptied", expect = ACCEPTABLE, desc = "lent before")
  @Outcome(id = "none, closed 1 then 1, emptied", expect = ACCEPTABLE, desc = "closed before")
  @State
  public static class AgainstClose {
    private final RaceBed bed = RaceBed.idle(1);
    private final Borrower borrower = new Borrower(bed);

    /** For jcstress. */
    public AgainstClose() {}

    /** Borrows. */
    @Actor
    public void borrow(LL_Result r) {
      r.r1 = borrower.borrow();
    }

    /** Closes the pool. */
    @Actor
    public void close() {
      bed.core.shut();
    }

    /** Returns. */
    @Arbiter
    public void after(LL_Result r) {
      int before = bed.socket.closes.get();
      borrower.giveBack();
      r.r2 =
          "closed "
              + before
              + " then "
              + bed.socket.closes
              + (bed.core.emptied().isDone() ? ", emptied" : ", not emptied");
    }
  }
}
