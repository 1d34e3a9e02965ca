package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether an idle connection is left whose peer's kernel was asked before it is used, and
 * does not answer. Nothing is on its way on it, so to leave it costs no more than a dial; but while
 * no fresh connection is answered either, the path is dark, and a dial in its place would be lost
 * as well. So it is left once a fresh connection was answered; if that was not so at once, once it
 * was asked again since, and still does not answer. Does no I/O and keeps no time. Confined to one
 * thread.
 */
public final class IdleTrial {

  /** What is to be done about it. */
  public enum Ruling {
    /** Look again soon. */
    WAIT,
    /** Have its kernel ask again. */
    ASK_AGAIN,
    /**
     * Switch its keepalive off: over a second probe the kernel closes what was silent for longer
     * than {@code TCP_USER_TIMEOUT}, and the path is dark.
     */
    LET_BE,
    /** Take another one. */
    LEAVE
  }

  /** Below every {@code TCP_USER_TIMEOUT} that a plan sets. */
  private static final Duration OFTEN_HEARD = Duration.ofSeconds(8);

  /** As the default {@code TCP_USER_TIMEOUT} of a plan: a host may be gone for good. */
  private static final Duration LONGEST_DARKNESS = Duration.ofSeconds(30);

  private static final Duration SHORTEST_LOOK = Duration.ofMillis(2);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(20);

  /** So much of the time that an answer is overdue passes before it is looked for again. */
  private static final int LOOKS = 32;

  private final SecondOpinion second;
  private final long askedNanos;
  private final boolean mayBeAskedAgain;
  private final ProbePace pace;
  private boolean dark;
  private boolean answered;
  private boolean pathWorked;

  /**
   * A connection whose kernel is about to be asked.
   *
   * @param second who is asked once the answer is overdue
   * @param before a reading taken just now
   * @param nowNanos {@link System#nanoTime()}
   */
  public IdleTrial(SecondOpinion second, WireSnapshot before, long nowNanos) {
    this.second = new FirstAnswer(second);
    this.askedNanos = nowNanos;
    this.pace = new ProbePace(before, nowNanos);
    this.mayBeAskedAgain = before.lastAckRecvMillis() <= OFTEN_HEARD.toMillis();
  }

  /**
   * Rules. The answer is overdue.
   *
   * @param wire a fresh reading, which shows none
   * @return the ruling
   */
  public Ruling overdue(WireSnapshot wire) {
    long now = wire.takenAtNanos();
    if (!(second.ask(askedNanos) instanceof Opinion.Answered newcomer)) {
      return whileDark(now);
    }
    answered = true;
    pathWorked = newcomer.darkness().isZero();
    if (pathWorked || !mayBeAskedAgain) {
      return Ruling.LEAVE;
    }
    dark = true;
    if (pace.toldNanos() - newcomer.atNanos() <= 0) {
      if (pace.untilFree(wire).compareTo(Duration.ZERO) > 0) {
        return Ruling.WAIT;
      }
      pace.next(now);
      return Ruling.ASK_AGAIN;
    }
    long due =
        WireJudge.answerDue(wire).multipliedBy(2).toNanos(); // its timer takes a tick as well
    return now - pace.toldNanos() >= due ? Ruling.LEAVE : Ruling.WAIT;
  }

  private Ruling whileDark(long nowNanos) {
    boolean first = !dark;
    dark = true;
    if (nowNanos - askedNanos >= LONGEST_DARKNESS.toNanos()) {
      return Ruling.LEAVE;
    }
    return first && !mayBeAskedAgain ? Ruling.LET_BE : Ruling.WAIT;
  }

  /**
   * Whether a fresh connection went unanswered too.
   *
   * @return whether the path was dark
   */
  public boolean dark() {
    return dark;
  }

  /**
   * Whether the first fresh connection was answered: then the path was never dark, but to this one.
   *
   * @return as of {@link Ruling#LEAVE}; empty if none was answered at all
   */
  public Optional<Boolean> pathWorked() {
    return answered ? Optional.of(pathWorked) : Optional.empty();
  }

  /**
   * What fresh connections have told, for people.
   *
   * @return as of {@link Ruling#LEAVE}
   */
  public String evidence() {
    return answered ? "a fresh connection was answered" : "no fresh connection was answered either";
  }

  /**
   * When to look again.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return nanoseconds
   */
  public long pauseNanos(long nowNanos) {
    long share = (nowNanos - askedNanos) / LOOKS;
    return Math.min(LONGEST_LOOK.toNanos(), Math.max(SHORTEST_LOOK.toNanos(), share));
  }
}
