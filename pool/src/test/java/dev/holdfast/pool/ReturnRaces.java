package dev.holdfast.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.pool.RaceBed.Socket;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A return against all that can happen to a lent connection; {@link PoolRacesTest} runs them. */
final class ReturnRaces {

  private ReturnRaces() {}

  /** The event loop reports a death: now or at the return it is closed. */
  @JCStressTest
  @Description("Return against a death report.")
  @Outcome(id = "closed, closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class AgainstDeath {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public AgainstDeath() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Reports. */
    @Actor
    public void die() {
      slot.dead(Cause.PEER_RESET);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot).replace(" doomed", "");
      r.r2 = bed.left();
    }
  }

  /** It is suspected: whichever comes first, it is proved before it is lent. */
  @JCStressTest
  @Description("Return against a suspicion.")
  @Outcome(id = "reserved, 1", expect = ACCEPTABLE, desc = "one proof is under way")
  @State
  public static class AgainstSuspicion {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public AgainstSuspicion() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Suspects. */
    @Actor
    public void suspect() {
      slot.suspect();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = bed.proofs;
    }
  }

  /** The same lease is returned by two threads. */
  @JCStressTest
  @Description("Return against return of the same lease.")
  @Outcome(
      id = {"returned, refused, idle", "refused, returned, idle"},
      expect = ACCEPTABLE,
      desc = "one succeeds, the other is told")
  @State
  public static class AgainstReturn {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public AgainstReturn() {}

    /** Returns. */
    @Actor
    public void giveBack(LLL_Result r) {
      r.r1 = RaceBed.giveBack(lease);
    }

    /** Returns. */
    @Actor
    public void again(LLL_Result r) {
      r.r2 = RaceBed.giveBack(lease);
    }

    /** Looks. */
    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = RaceBed.phase(slot);
    }
  }

  /** The same with a handle for each lease. */
  @JCStressTest
  @Description("Return against return of the same exact lease.")
  @Outcome(
      id = {"returned, refused, idle", "refused, returned, idle"},
      expect = ACCEPTABLE,
      desc = "one succeeds, the other is told")
  @State
  public static class AgainstReturnExact {
    private final RaceBed bed = RaceBed.exact(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public AgainstReturnExact() {}

    /** Returns. */
    @Actor
    public void giveBack(LLL_Result r) {
      r.r1 = RaceBed.giveBack(lease);
    }

    /** Returns. */
    @Actor
    public void again(LLL_Result r) {
      r.r2 = RaceBed.giveBack(lease);
    }

    /** Looks. */
    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = RaceBed.phase(slot);
    }
  }

  /** An old lease is returned once more while the next holder returns its own. */
  @JCStressTest
  @Description("Return against a second return of the lease before.")
  @Outcome(id = "returned, refused, idle", expect = ACCEPTABLE, desc = "the old one is told")
  @State
  public static class AgainstStaleReturn {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> old = bed.lend();
    private final SlotLease<Socket> lease;

    /** Returns the first lease and lends again. */
    public AgainstStaleReturn() {
      old.close();
      lease = bed.lend();
    }

    /** Returns. */
    @Actor
    public void giveBack(LLL_Result r) {
      r.r1 = RaceBed.giveBack(lease);
    }

    /** Returns what was returned. */
    @Actor
    public void again(LLL_Result r) {
      r.r2 = RaceBed.giveBack(old);
    }

    /** Looks. */
    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = RaceBed.phase(slot);
    }
  }

  /** A lease is returned once more while somebody borrows its connection. */
  @JCStressTest
  @Description("A second return against the next borrow.")
  @Outcome(id = "lent, refused, leased", expect = ACCEPTABLE, desc = "the borrower keeps it")
  @State
  public static class StaleAgainstBorrow {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> old = bed.lend();

    /** Returns the first lease. */
    public StaleAgainstBorrow() {
      old.close();
    }

    /** Borrows. */
    @Actor
    public void borrow(LLL_Result r) {
      r.r1 = RaceBed.lent(bed.core.finder.take());
    }

    /** Returns what was returned. */
    @Actor
    public void again(LLL_Result r) {
      r.r2 = RaceBed.giveBack(old);
    }

    /** Looks. */
    @Arbiter
    public void after(LLL_Result r) {
      r.r3 = RaceBed.phase(slot);
    }
  }

  /** Its borrower gives it up while the event loop reports a death. */
  @JCStressTest
  @Description("Discard against a death report.")
  @Outcome(id = "closed, closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class DiscardAgainstDeath {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public DiscardAgainstDeath() {}

    /** Discards. */
    @Actor
    public void discard() {
      lease.discard();
    }

    /** Reports. */
    @Actor
    public void die() {
      slot.dead(Cause.PEER_RESET);
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot).replace(" doomed", "");
      r.r2 = bed.left();
    }
  }

  /** The pool is closed. */
  @JCStressTest
  @Description("Return against the pool's close.")
  @Outcome(id = "emptied, closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class AgainstClose {
    private final RaceBed bed = RaceBed.idle(1);
    private final SlotLease<Socket> lease = bed.lend();

    /** For jcstress. */
    public AgainstClose() {}

    /** Returns. */
    @Actor
    public void giveBack() {
      lease.close();
    }

    /** Closes the pool. */
    @Actor
    public void close() {
      bed.core.shut();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = bed.core.emptied().isDone() ? "emptied" : "not emptied";
      r.r2 = bed.left();
    }
  }

  /** The last two connections of a closed pool are returned: a drain waits for both. */
  @JCStressTest
  @Description("The last return of a drain against the last but one.")
  @Outcome(id = "emptied, closed 1, left 0", expect = ACCEPTABLE, desc = "the drain is told")
  @State
  public static class LastAgainstLast {
    private final RaceBed bed = RaceBed.idle(2);
    private final SlotLease<Socket> one = bed.lend();
    private final SlotLease<Socket> other = bed.lend();

    /** Closes the pool. */
    public LastAgainstLast() {
      bed.core.shut();
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
      r.r1 = bed.core.emptied().isDone() ? "emptied" : "not emptied";
      r.r2 = bed.left();
    }
  }
}
