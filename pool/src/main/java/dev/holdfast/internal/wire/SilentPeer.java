package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Has the kernel of a silent peer asked whether the path lives, without a byte of payload, and
 * counts what it leaves unanswered. The first question leaves once nothing was heard for a second,
 * the smallest time the kernel waits for; the next ones as soon as a peer that is well would answer
 * them. Neither reads nor keeps time itself. Confined to one thread.
 */
final class SilentPeer {

  /** {@code TCP_KEEPIDLE} of a probe, its smallest value: silent for less, the kernel waits. */
  static final Duration KERNEL_WAITS = Duration.ofSeconds(1);

  /**
   * The kernel is told a little earlier, so that the question leaves when the second is over and
   * not when somebody looks next.
   */
  static final Duration ASKED_AFTER = Duration.ofMillis(900);

  /**
   * On a path that loses a share {@code p} of the packets each way one of them is unanswered with
   * {@code q = 1 - (1-p)²}, two in a row with {@code q²}: one in 2,500 at 1 %, one in 105 at 5 %.
   */
  private static final int PROBES_OF_DEATH = 2;

  /** So many more where one of late was lost by chance: one in 11,000 at 5 %. */
  private static final int MORE_ON_A_LOSSY_PATH = 2;

  /** A loss that is older says little of the path as it is. */
  private static final Duration LOSS_REMEMBERED = Duration.ofMinutes(1);

  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

  private final LentKeepAlive.Loan loan;
  private @Nullable ProbePace pace;
  private long toldAtNanos;
  private long askedNanos;
  private long probedAtNanos;
  private long overdueProbeNanos;
  private long lookedAtNanos;
  private int unanswered;
  private boolean counted;
  private boolean lossy;
  private long lossNanos;
  private int windowProbes;

  /**
   * Nothing was asked yet.
   *
   * @param nowNanos {@link System#nanoTime()}, or earlier
   */
  SilentPeer(KernelPing kernel, long nowNanos) {
    this.loan = kernel.lent().loan();
    this.overdueProbeNanos = nowNanos;
    this.probedAtNanos = nowNanos;
    this.lookedAtNanos = nowNanos;
  }

  /** Whether a question is out. */
  boolean asking() {
    return loan.isOut();
  }

  /**
   * How long nothing was heard: payload that acknowledges nothing new leaves one figure as it is.
   */
  static Duration silence(WireSnapshot wire) {
    return Duration.ofMillis(Math.min(wire.lastAckRecvMillis(), wire.lastDataRecvMillis()));
  }

  /** Whether the peer was heard since the question. */
  boolean answered(WireSnapshot wire) {
    boolean answered = asking() && silence(wire).toNanos() < wire.takenAtNanos() - toldAtNanos;
    if (answered && unanswered > 0) {
      lossy = true;
      lossNanos = wire.takenAtNanos();
    }
    return answered;
  }

  /** Whether a probe that was lost of late makes it more patient. */
  boolean remembersLoss(WireSnapshot wire) {
    lossy = lossy && wire.takenAtNanos() - lossNanos < LOSS_REMEMBERED.toNanos();
    return lossy;
  }

  /**
   * Has the peer asked, for the first time or again.
   *
   * @return whether the kernel does it
   */
  boolean ask(WireSnapshot wire) {
    boolean first = !loan.isOut();
    if (!loan.poke()) {
      return false;
    }
    Duration early = KERNEL_WAITS.minus(silence(wire));
    probedAtNanos = wire.takenAtNanos() + Math.max(0, early.toNanos());
    ProbePace known = pace;
    if (first || known == null) {
      toldAtNanos = wire.takenAtNanos();
      askedNanos = probedAtNanos;
      pace = new ProbePace(wire, probedAtNanos);
    } else {
      known.next(probedAtNanos);
    }
    counted = false;
    return true;
  }

  /**
   * Behind a shut window the kernel asks by itself, and tells how many such probes in a row are
   * unanswered. One more has left since the reading before.
   */
  void sampleWindowProbes(WireSnapshot wire) {
    if (asking()) {
      rest();
    }
    long now = wire.takenAtNanos();
    if (wire.probes() > windowProbes) {
      probedAtNanos = lookedAtNanos;
      toldAtNanos = now;
    } else if (wire.probes() > 0 && now - toldAtNanos >= WireJudge.answerDue(wire).toNanos()) {
      overdueProbeNanos = probedAtNanos;
    }
    windowProbes = wire.probes();
    lookedAtNanos = now;
  }

  /** Until the answer of the latest probe is overdue; not above zero once it is. */
  Duration due(WireSnapshot wire) {
    return due(wire, LONGEST_ANSWER);
  }

  /**
   * The same, for a path whose round trip is known better than by the connection itself.
   *
   * @param most the longest wait
   */
  Duration due(WireSnapshot wire, Duration most) {
    Duration longest = most.compareTo(LONGEST_ANSWER) < 0 ? most : LONGEST_ANSWER;
    return WireJudge.answerWithin(wire, longest).minusNanos(wire.takenAtNanos() - probedAtNanos);
  }

  /** Whether the latest probe was {@link #missed}. */
  boolean counted() {
    return counted;
  }

  /** The latest probe is overdue: it counts from now on. */
  void missed() {
    unanswered++;
    counted = true;
    overdueProbeNanos = probedAtNanos;
  }

  /** Until another probe is answered by a peer that is well; not above zero once it is. */
  Duration untilFree(WireSnapshot wire) {
    ProbePace known = pace;
    return known == null ? Duration.ZERO : known.untilFree(wire);
  }

  /**
   * Whether more probes were {@link #missed} than are lost by chance.
   *
   * @param lossy whether the path is known to lose what is sent
   */
  boolean silent(WireSnapshot wire, boolean lossy) {
    int more = lossy || remembersLoss(wire) ? MORE_ON_A_LOSSY_PATH : 0;
    return unanswered >= PROBES_OF_DEATH + more;
  }

  /** How many probes were {@link #missed}. */
  int unanswered() {
    return unanswered;
  }

  /** When the first of those left that are unanswered. */
  long askedNanos() {
    return askedNanos;
  }

  /** When the latest that was {@link #missed} left. */
  long overdueProbeNanos() {
    return overdueProbeNanos;
  }

  /** Nothing is asked any more: the connection's keepalive is the user's again. */
  void rest() {
    loan.giveBack();
    pace = null;
    unanswered = 0;
    counted = false;
    windowProbes = 0;
  }

  /** What was seen, for people. */
  String evidence(WireSnapshot wire) {
    return "nothing heard for %d ms, %d probes unanswered"
        .formatted(silence(wire).toMillis(), unanswered);
  }

  /** Until the peer will have been silent for so long that it is asked, above zero. */
  static Duration untilAsked(WireSnapshot wire) {
    Duration left = ASKED_AFTER.minus(silence(wire));
    return left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left;
  }
}
