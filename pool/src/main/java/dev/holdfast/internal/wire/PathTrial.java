package dev.holdfast.internal.wire;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether one flow is given up. What speaks against the flow alone, however long, does not
 * suffice: a path that is dark for two seconds looks the same, and TCP mends it. The flow is
 * condemned once a fresh connection to the same endpoint was answered, the flow was asked after
 * that, and still is not. Until then the path is dark: nothing may be written to the flow, its
 * callers wait within their own timeouts, and what comes through is delivered.
 *
 * <p>Does no I/O and keeps no time. A caller's timeout is none of its inputs. A reset or an orderly
 * end ends the flow without it. Confined to one thread.
 */
public final class PathTrial {

  /** What is to be done with the flow. */
  public sealed interface Ruling {

    /** Write on. */
    record Open() implements Ruling {
      static final Open INSTANCE = new Open();
    }

    /** Nothing may be written; look again soon. */
    record Dark() implements Ruling {
      static final Dark INSTANCE = new Dark();
    }

    /**
     * The path was dark and is not any more: write on.
     *
     * @param dark for how long nothing was heard
     */
    record Lit(Duration dark) implements Ruling {}

    /**
     * Give the flow up.
     *
     * @param cause what was seen of it
     * @param evidence the figures, that of the fresh connection included
     * @param pathWorked whether the first fresh connection that was tried was answered: then the
     *     path was never dark, but to this flow
     */
    record Condemned(Cause cause, String evidence, boolean pathWorked) implements Ruling {}
  }

  /** Of a kernel with HZ=100: so much later than told something may have been sent. */
  private static final long TICK_NANOS = 10_000_000;

  /** So far apart the kernel may date one acknowledgement twice. */
  private static final long SAME_NANOS = 2 * TICK_NANOS;

  /** An unanswered probe before the one whose answer is still awaited. */
  private static final int PROBES_OF_DOUBT = 2;

  /** Shortest time that a server which has answered a newcomer is given for its older client. */
  private static final Duration SHORTEST_GRACE = Duration.ofMillis(50);

  private static final Duration LONGEST_GRACE = Duration.ofSeconds(1);

  /**
   * {@code TCP_DELACK_MIN} of {@code net/tcp.h}, and a tick: so late a kernel acknowledges what it
   * sees for the first time while its process is kept from answering.
   */
  private static final Duration FIRST_SIGHT = Duration.ofMillis(50);

  /** {@code TCP_DELACK_MAX} of the same, and a tick. */
  private static final Duration LATE_FIRST_SIGHT = Duration.ofMillis(210);

  private static final long UNKNOWN = -1;

  private final SecondOpinion second;
  private boolean dark;
  private long darkSinceNanos;
  private boolean read;

  /** The first that was answered since the flow fell silent. */
  private Opinion.@Nullable Answered newcomer;

  /** Segments resent in all when it was, or a few more. */
  private long resentBefore = UNKNOWN;

  /**
   * A flow that nothing speaks against.
   *
   * @param second who is asked once something does
   */
  public PathTrial(SecondOpinion second) {
    this.second = new FirstAnswer(second);
  }

  /**
   * Whether nothing may be written.
   *
   * @return true from {@link Ruling.Dark} on
   */
  public boolean dark() {
    return dark;
  }

  /**
   * Rules on a flow whose kernel can be asked. An acknowledgement is an answer.
   *
   * @param verdict on the reading
   * @param wire the reading
   * @param judge that gave the verdict
   * @return the ruling
   */
  public Ruling rule(WireVerdict verdict, WireSnapshot wire, FlightJudge judge) {
    long now = wire.takenAtNanos();
    long since = now - judge.silentNanos();
    if (verdict instanceof WireVerdict.Dead dead) {
      if (dark && since - darkSinceNanos > SAME_NANOS) {
        dark = false; // heard in between
      }
      begin(since);
      Opinion.Answered answered = hear(judge.askedNanos(), wire);
      if (answered != null && askedSince(answered, wire, judge.overdueProbeNanos())) {
        return condemned(dead.cause(), dead.evidence(), answered, now);
      }
      return Ruling.Dark.INSTANCE;
    }
    boolean suspect = verdict instanceof WireVerdict.Suspect;
    if (dark && suspect && since - darkSinceNanos <= SAME_NANOS) {
      return Ruling.Dark.INSTANCE;
    }
    if (dark) {
      return new Ruling.Lit(end(now));
    }
    if ((suspect && WireJudge.overdue(wire)) || wire.probes() >= PROBES_OF_DOUBT) {
      hear(judge.askedNanos(), wire); // by the time the verdict is due, the answer may be there
    }
    return Ruling.Open.INSTANCE;
  }

  /** Asks, and counts from the answer on what the flow sends. */
  private Opinion.@Nullable Answered hear(long askedNanos, WireSnapshot wire) {
    Opinion.Answered known = newcomer;
    newcomer = second.ask(askedNanos) instanceof Opinion.Answered answered ? answered : null;
    if (newcomer != null && !newcomer.equals(known)) {
      resentBefore = wire.totalRetrans() - (sentSince(newcomer, wire) ? 1 : 0);
    }
    return newcomer;
  }

  /**
   * Rules on a flow of which nothing is known below the application, or only what a hop on the way
   * says. Called when an answer is overdue, and again until it is there; each time after what had
   * arrived was read.
   *
   * @param cause what is seen of it
   * @param evidence the figures
   * @param askedAtNanos when that was sent which is not answered
   * @param nowNanos {@link System#nanoTime()}
   * @return the ruling; never {@link Ruling.Open}
   */
  public Ruling ruleBlind(Cause cause, String evidence, long askedAtNanos, long nowNanos) {
    begin(askedAtNanos);
    if (second.ask(askedAtNanos) instanceof Opinion.Answered answered
        && nowNanos - answered.atNanos() >= grace(answered).toNanos()) {
      if (read) {
        return condemned(cause, evidence, answered, nowNanos);
      }
      read = true; // what arrived while this thread was held up is read before the next call
    }
    return Ruling.Dark.INSTANCE;
  }

  /**
   * Something was read, or nothing waits any more.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return for how long nothing was heard, if the path was dark until now
   */
  public Optional<Duration> heard(long nowNanos) {
    return dark ? Optional.of(end(nowNanos)) : Optional.empty();
  }

  private void begin(long since) {
    if (!dark) {
      dark = true;
      darkSinceNanos = since;
      read = false;
    }
  }

  private Duration end(long nowNanos) {
    dark = false;
    read = false;
    return Duration.ofNanos(nowNanos - darkSinceNanos);
  }

  /**
   * Whether the flow itself was asked after the fresh connection was answered, and its answer is
   * overdue: what left before may have been lost while the path was dark. What arrives for the
   * first time then may be acknowledged late, if the server's process is kept from running; what
   * arrives a second time is acknowledged at once. Where the path was never dark to newcomers there
   * is little to be late for.
   */
  private boolean askedSince(Opinion.Answered answered, WireSnapshot wire, long probedNanos) {
    if (wire.unacked() == 0) {
      return probedNanos - answered.atNanos() > 0;
    }
    if (!sentSince(answered, wire) || !WireJudge.overdue(wire)) {
      return false;
    }
    Duration late = answered.darkness().isZero() ? FIRST_SIGHT : LATE_FIRST_SIGHT;
    Duration due = late.plusNanos(2 * wire.rttMicros() * 1_000);
    return wire.totalRetrans() - resentBefore > 1 || sinceSent(wire) >= due.toNanos();
  }

  private static boolean sentSince(Opinion.Answered answered, WireSnapshot wire) {
    return sinceSent(wire) + TICK_NANOS < wire.takenAtNanos() - answered.atNanos();
  }

  private static long sinceSent(WireSnapshot wire) {
    return TimeUnit.MILLISECONDS.toNanos(wire.lastDataSentMillis());
  }

  /**
   * Whether a flow with nothing on its way that must not run twice may be left for a new one: what
   * it sent was repeated and is unanswered, and so for a round trip since the newcomer was
   * answered. Before the repetition silence says little: a kernel whose process is kept from
   * running may delay an acknowledgement for 200 ms ({@code TCP_DELACK_MAX}), and answers what is
   * repeated at once.
   *
   * @param opinion what a fresh connection has told
   * @param wire a reading of the flow
   * @param resentBefore segments the flow had resent in all when it was asked
   * @return whether
   */
  public static boolean mayBeLeft(Opinion opinion, WireSnapshot wire, long resentBefore) {
    return opinion instanceof Opinion.Answered answered
        && wire.totalRetrans() > resentBefore
        && wire.takenAtNanos() - answered.atNanos() >= WireJudge.answerDue(wire).toNanos()
        && WireJudge.overdue(wire);
  }

  /** A server that let a newcomer wait may let its older client wait as long. */
  private static Duration grace(Opinion.Answered answered) {
    Duration took = answered.took().multipliedBy(2);
    if (took.compareTo(SHORTEST_GRACE) < 0) {
      return SHORTEST_GRACE;
    }
    return took.compareTo(LONGEST_GRACE) > 0 ? LONGEST_GRACE : took;
  }

  private static Ruling condemned(
      Cause cause, String evidence, Opinion.Answered answered, long nowNanos) {
    return new Ruling.Condemned(
        cause,
        "%s; a fresh connection was answered %d ms ago"
            .formatted(evidence, TimeUnit.NANOSECONDS.toMillis(nowNanos - answered.atNanos())),
        answered.darkness().isZero());
  }
}
