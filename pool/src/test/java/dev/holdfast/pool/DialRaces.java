package dev.holdfast.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.holdfast.diagnosis.Cause;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** A dial that ends in two ways at once, and what else has no connection yet. */
final class DialRaces {

  private DialRaces() {}

  private static RaceBed dialling() {
    RaceBed bed = RaceBed.empty();
    bed.core.filler.add();
    return bed;
  }

  /** A connector closes itself what the pool does not want any more. */
  private static void answer(RaceBed bed) {
    if (!bed.dial.complete(bed.socket)) {
      bed.close(bed.socket, CloseReason.TOO_LATE);
    }
  }

  /** The connect timeout. */
  @JCStressTest
  @Description("A connect against its time-out.")
  @Outcome(
      id = {"closed 0, left 1", "closed 1, left 0"},
      expect = ACCEPTABLE,
      desc = "in the pool or closed")
  @State
  public static class ConnectAgainstTimeout {
    private final RaceBed bed = dialling();

    /** For jcstress. */
    public ConnectAgainstTimeout() {}

    /** Connects. */
    @Actor
    public void connect() {
      answer(bed);
    }

    /** The timer. */
    @Actor
    public void timeout() {
      bed.ring();
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = bed.left();
    }
  }

  /** The pool is closed. */
  @JCStressTest
  @Description("A connect against the pool's close.")
  @Outcome(id = "closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class ConnectAgainstClose {
    private final RaceBed bed = dialling();

    /** For jcstress. */
    public ConnectAgainstClose() {}

    /** Connects. */
    @Actor
    public void connect() {
      answer(bed);
    }

    /** Closes the pool. */
    @Actor
    public void close() {
      bed.core.shut();
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = bed.left();
    }
  }

  /** The event loop reports its death. */
  @JCStressTest
  @Description("A connect against a death report.")
  @Outcome(id = "closed 1, left 0", expect = ACCEPTABLE, desc = "closed once")
  @State
  public static class ConnectAgainstDeath {
    private final RaceBed bed = dialling();

    /** For jcstress. */
    public ConnectAgainstDeath() {}

    /** Connects. */
    @Actor
    public void connect() {
      answer(bed);
    }

    /** Reports. */
    @Actor
    public void die() {
      Liveness liveness = bed.dialled;
      if (liveness != null) {
        liveness.dead(Cause.PEER_CLOSED);
      }
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = bed.left();
    }
  }

  /** Two dials for the one place. */
  @JCStressTest
  @Description("A dial against a dial with room for one.")
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one is dialled")
  @State
  public static class ReserveAgainstReserve {
    private final RaceBed bed = RaceBed.empty();

    /** For jcstress. */
    public ReserveAgainstReserve() {}

    /** Reserves. */
    @Actor
    public void reserve(LL_Result r) {
      r.r1 = bed.core.roster.reserveOne();
    }

    /** Reserves. */
    @Actor
    public void other(LL_Result r) {
      r.r2 = bed.core.roster.reserve(live -> 1, 1) == 1;
    }
  }

  /** Two ticks of one clock: the time that has passed is counted once. */
  @JCStressTest
  @Description("A tick against a tick.")
  @Outcome(id = "10000001", expect = ACCEPTABLE, desc = "10 ms")
  @State
  public static class TickAgainstTick {
    private static final long PASSED = Duration.ofMillis(10).toNanos();

    private long nanos;
    private final Ticker ticker = new Ticker(() -> nanos, () -> 0);

    /** Time passes. */
    public TickAgainstTick() {
      nanos = PASSED;
    }

    /** Ticks. */
    @Actor
    public void tick() {
      ticker.tick();
    }

    /** Ticks. */
    @Actor
    public void tickToo() {
      ticker.tick();
    }

    /** Looks. */
    @Arbiter
    public void after(L_Result r) {
      r.r1 = ticker.now();
    }
  }
}
