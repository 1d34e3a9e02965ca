package dev.holdfast.wire;

import dev.holdfast.diagnosis.Cause;
import java.time.Duration;

/**
 * Turns {@code TCP_INFO} into a verdict. Pure: no clock, no I/O, no state.
 *
 * <p>What it must not fall for, each measured on Linux 6.18:
 *
 * <ul>
 *   <li>{@code unacked>0} with a large {@code last_ack_recv} right after a write: the latter counts
 *       from the acknowledgement before the idle time, so a healthy connection reads the same for
 *       one round trip. Only retransmission timeouts count.
 *   <li>A slow or stopped server: its kernel acknowledges, so {@code unacked=0}. Never dead.
 *   <li>A shut receive window: window probes are counted in {@code probes}, and answered ones reset
 *       it. One or two unanswered probes are no proof.
 *   <li>{@code rto} doubles with each timeout; thresholds use the base value, or they would recede
 *       as fast as time passes.
 * </ul>
 */
public final class WireJudge {

  /**
   * Retransmissions without an answer before a path may be called silent: one loss is common. They
   * leave one and three base timeouts after the last acknowledgement, or after the tail loss probe
   * that follows it by two round trips (RFC 8985, section 7), so a path that comes back before the
   * second is never called silent. Measured with a round trip of 20 ms: 296 and 744 ms.
   */
  static final int RETRANSMITS_OF_SILENCE = 2;

  /** Unanswered probes before a path may be called dead: same tolerance, p = 2 lost, plus one. */
  static final int PROBES_OF_DEATH = 3;

  /** How many base retransmission timeouts without progress make a path silent. */
  static final int RTOS_OF_SILENCE = 3;

  /** Lower bound for the same, so that a 200 ms timeout does not condemn at the first hiccup. */
  static final Duration SILENCE_FLOOR = Duration.ofMillis(600);

  /**
   * Lower bound of the wait for a retransmission's answer: {@code last_data_sent} advances with the
   * kernel's tick, 10 ms at HZ=100, and the answer's end host may be busy.
   */
  static final Duration ANSWER_FLOOR = Duration.ofMillis(20);

  /**
   * Shortest wait for the answer of a probe. Below it a scheduling hiccup would pass for a dead
   * path.
   */
  static final Duration PROOF_FLOOR = Duration.ofMillis(150);

  private WireJudge() {}

  /**
   * Judges a connection that carries nothing at the moment.
   *
   * @param snapshot a fresh reading
   * @return the verdict; {@link WireVerdict.Usable} for a snapshot without a source
   */
  public static WireVerdict idle(WireSnapshot snapshot) {
    if (snapshot.source() == WireSource.NONE) {
      return WireVerdict.Usable.INSTANCE;
    }
    if (snapshot.state() == WireSnapshot.CLOSE_WAIT) {
      return new WireVerdict.Dead(Cause.PEER_CLOSED, snapshot.evidence());
    }
    if (snapshot.state() != WireSnapshot.ESTABLISHED) {
      return new WireVerdict.Dead(Cause.PEER_RESET, snapshot.evidence());
    }
    if (snapshot.probes() >= PROBES_OF_DEATH) {
      return new WireVerdict.Dead(Cause.PROBES_UNANSWERED, snapshot.evidence());
    }
    if (snapshot.probes() > 0 || snapshot.retransmits() > 0) {
      return new WireVerdict.Suspect(snapshot.evidence());
    }
    return WireVerdict.Usable.INSTANCE;
  }

  /**
   * Judges a connection whose calls wait for answers.
   *
   * @param snapshot a fresh reading
   * @param stalledNanos how long data has been outstanding without any acknowledgement, see {@link
   *     AckProgress}
   * @return the verdict; {@link WireVerdict.Usable} for a slow server and for a snapshot without a
   *     source
   */
  public static WireVerdict inFlight(WireSnapshot snapshot, long stalledNanos) {
    if (snapshot.source() == WireSource.NONE) {
      return WireVerdict.Usable.INSTANCE;
    }
    if (snapshot.probes() >= PROBES_OF_DEATH) {
      return new WireVerdict.Dead(Cause.PROBES_UNANSWERED, snapshot.evidence());
    }
    if (snapshot.unacked() == 0 || snapshot.retransmits() == 0) {
      return WireVerdict.Usable.INSTANCE;
    }
    boolean silent =
        unanswered(snapshot) >= RETRANSMITS_OF_SILENCE
            && stalledNanos >= silenceThreshold(snapshot).toNanos();
    return silent
        ? new WireVerdict.Dead(Cause.PATH_SILENT, snapshot.evidence())
        : new WireVerdict.Suspect(snapshot.evidence());
  }

  /**
   * How long the verdict of {@link #inFlight} on this reading cannot turn into {@link
   * WireVerdict.Dead} for silence: until then there is nothing to look for.
   *
   * @param snapshot the reading
   * @param stalledNanos see {@link #inFlight}
   * @return zero if it may turn at any moment, with the next retransmission timeout
   */
  public static Duration holdsFor(WireSnapshot snapshot, long stalledNanos) {
    Duration left = silenceThreshold(snapshot).minusNanos(stalledNanos);
    if (snapshot.retransmits() == RETRANSMITS_OF_SILENCE) {
      left = longer(left, answerDue(snapshot).minusMillis(snapshot.lastDataSentMillis()));
    }
    return longer(left, Duration.ZERO);
  }

  /**
   * How long the answer of a probe may take: four round trips and one retransmission, 150 ms at
   * least.
   *
   * @param snapshot a reading with a source
   * @param most the longest wait, whatever the round trip
   * @return the wait after which a path that is well would have answered
   */
  public static Duration answerWithin(WireSnapshot snapshot, Duration most) {
    Duration wanted = Duration.ofNanos(snapshot.rttMicros() * 4_000).plus(snapshot.baseRto());
    Duration least = longer(wanted, PROOF_FLOOR);
    return least.compareTo(most) > 0 ? most : least;
  }

  /** The latest one counts when its answer is overdue: it has left with the timeout itself. */
  private static int unanswered(WireSnapshot snapshot) {
    boolean overdue =
        Duration.ofMillis(snapshot.lastDataSentMillis()).compareTo(answerDue(snapshot)) >= 0;
    return overdue ? snapshot.retransmits() : snapshot.retransmits() - 1;
  }

  private static Duration answerDue(WireSnapshot snapshot) {
    return longer(Duration.ofNanos(2 * snapshot.rttMicros() * 1_000), ANSWER_FLOOR);
  }

  private static Duration silenceThreshold(WireSnapshot snapshot) {
    return longer(snapshot.baseRto().multipliedBy(RTOS_OF_SILENCE), SILENCE_FLOOR);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
