package dev.holdfast.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.pool.RaceBed.Socket;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Those who end and prove idle connections, against one another. */
final class OwnerRaces {

  private OwnerRaces() {}

  /** Two reports of one death. */
  @JCStressTest
  @Description("Death report against death report.")
  @Outcome(id = "closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class DeathAgainstDeath {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** For jcstress. */
    public DeathAgainstDeath() {}

    /** Reports. */
    @Actor
    public void die() {
      slot.dead(Cause.PEER_RESET);
    }

    /** Reports. */
    @Actor
    public void dieToo() {
      slot.dead(Cause.PEER_CLOSED);
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = bed.left();
    }
  }

  /** The housekeeper retires what dies. */
  @JCStressTest
  @Description("Death report against the housekeeper's retirement.")
  @Outcome(id = "closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class DeathAgainstRetirement {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** It is idle for too long. */
    public DeathAgainstRetirement() {
      bed.pass(Duration.ofSeconds(40));
    }

    /** Reports. */
    @Actor
    public void die() {
      slot.dead(Cause.PEER_RESET);
    }

    /** Sweeps. */
    @Actor
    public void sweep() {
      bed.core.housekeeper.sweep();
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = bed.left();
    }
  }

  /** The pool is closed by two. */
  @JCStressTest
  @Description("Close of the pool against close.")
  @Outcome(id = "emptied, closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class CloseAgainstClose {
    private final RaceBed bed = RaceBed.idle(1);

    /** For jcstress. */
    public CloseAgainstClose() {}

    /** Closes. */
    @Actor
    public void close() {
      bed.core.shut();
    }

    /** Closes. */
    @Actor
    public void closeToo() {
      bed.core.shut();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = bed.core.emptied().isDone() ? "emptied" : "not emptied";
      r.r2 = bed.left();
    }
  }

  /** The housekeeper and a suspicion send the same connection to the prover. */
  @JCStressTest
  @Description("Suspicion against the housekeeper's proof.")
  @Outcome(
      id = {"reserved, 1", "reserved suspect, 1"},
      expect = ACCEPTABLE,
      desc = "one proof is under way; another follows if the suspicion came later")
  @State
  public static class SuspicionAgainstProof {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** For jcstress. */
    public SuspicionAgainstProof() {}

    /** Suspects. */
    @Actor
    public void suspect() {
      slot.suspect();
    }

    /** Has it proved. */
    @Actor
    public void prove() {
      slot.proveIdle();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = bed.proofs;
    }
  }

  /** A proof under way is answered while its time ends. */
  @JCStressTest
  @Description("The answer to a proof against its time-out.")
  @Outcome(
      id = {"idle, closed 0, left 1", "closed, closed 1, left 0"},
      expect = ACCEPTABLE,
      desc = "kept or closed")
  @State
  public static class AnswerAgainstTimeout {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** Asks for the proof. */
    public AnswerAgainstTimeout() {
      slot.proveIdle();
    }

    /** Answers. */
    @Actor
    public void answer() {
      bed.proof.complete(new WireVerdict.Usable());
    }

    /** The timer. */
    @Actor
    public void timeout() {
      bed.ring();
    }

    /** Looks. */
    @Arbiter
    public void after(LL_Result r) {
      r.r1 = RaceBed.phase(slot);
      r.r2 = bed.left();
    }
  }

  /** A proof under way is answered while the connection dies. */
  @JCStressTest
  @Description("The answer to a proof against a death report.")
  @Outcome(id = "closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class AnswerAgainstDeath {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** Asks for the proof. */
    public AnswerAgainstDeath() {
      slot.proveIdle();
    }

    /** Answers. */
    @Actor
    public void answer() {
      bed.proof.complete(new WireVerdict.Usable());
    }

    /** Reports. */
    @Actor
    public void die() {
      slot.dead(Cause.PEER_RESET);
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = bed.left();
    }
  }

  /** A proof under way is answered while a new suspicion comes: it is proved once more. */
  @JCStressTest
  @Description("The answer to a proof against a suspicion.")
  @Outcome(id = "reserved, 2", expect = ACCEPTABLE, desc = "a second proof is under way")
  @State
  public static class AnswerAgainstSuspicion {
    private final RaceBed bed = RaceBed.idle(1);
    private final Slot<Socket> slot = bed.slot();

    /** Asks for the proof. */
    public AnswerAgainstSuspicion() {
      slot.proveIdle();
    }

    /** Answers. */
    @Actor
    public void answer() {
      bed.proof.complete(new WireVerdict.Usable());
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
}
