package dev.holdfast.internal.wire;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
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
 *
 * <p><b>When a path is silent.</b> It was asked over a span of three base timeouts, the last time
 * by a retransmission whose answer is overdue: a path that comes back within that span answers in
 * time and is never called silent. The span is told by the kernel's own timers, not by when
 * somebody looked. With a base timeout {@code T} ({@code RTO_MIN} and a round trip, RFC 6298), sent
 * at 0:
 *
 * <table>
 * <caption>What is sent on a silent path, and when it is given up</caption>
 * <tr><th>outstanding</th><th>tail loss probe</th><th>retransmissions</th><th>given up</th></tr>
 * <tr><td>1 segment, steady</td><td>T</td><td>2T, 3T</td><td>3T and an answer</td></tr>
 * <tr><td>1 segment, doubling</td><td>T</td><td>2T, 4T</td><td>4T and an answer</td></tr>
 * <tr><td>2 or 3, steady</td><td>2 round trips</td><td>then T, 2T, 3T</td>
 *     <td>3T and 3 round trips and an answer</td></tr>
 * <tr><td>more, doubling</td><td>2 round trips</td><td>then T, 3T</td>
 *     <td>3T and 2 round trips and an answer</td></tr>
 * </table>
 *
 * <p>The probe (RFC 8985, section 7; {@code tcp_schedule_loss_probe}) waits for a delayed
 * acknowledgement where one segment is outstanding, so until the timeout itself, and counts there
 * as a timeout more; {@code retransmits} leaves it out, {@code total_retrans} does not. "Steady" is
 * {@link KernelPing#repeatSteadily}; without it nothing leaves between 2T and 4T that could tell a
 * path that has come back from a dead one.
 *
 * <p><b>By chance</b> a path that loses a share {@code p} of the packets each way leaves a segment
 * unanswered with {@code q = 1 - (1-p)²}. At least four in a row have to be, the first included, so
 * {@code q⁴} of the requests are: one in six million at 1 %, one in 11,000 at 5 %, one in 770 at 10
 * %. Where the connection itself has lost segments of late that got through in the end, two more
 * have to be unanswered, for one in 1.2 million at 5 %: {@link #MORE_ON_A_LOSSY_PATH}.
 */
public final class WireJudge {

  /** Retransmission timeouts without an answer before a path may be called silent. */
  static final int RETRANSMITS_OF_SILENCE = 2;

  /** Unanswered probes before a path may be called dead: same tolerance, p = 2 lost, plus one. */
  static final int PROBES_OF_DEATH = 3;

  /**
   * How many base retransmission timeouts without progress make a path silent: what RFC 6298's
   * doubling lets pass until the second retransmission.
   */
  static final int RTOS_OF_SILENCE = 3;

  /** So many timeouts more where segments were lost of late and repaired. */
  static final int MORE_ON_A_LOSSY_PATH = 2;

  /** A tick of a kernel with HZ=100, to which its timers are rounded. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** {@code TCP_RTO_MIN} of {@code net/tcp.h}. */
  private static final Duration RTO_MIN = Duration.ofMillis(200);

  private static final int MOST_DOUBLINGS = 16;

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

  static WireVerdict inFlight(WireSnapshot snapshot, long stalledNanos, long resent) {
    return inFlight(snapshot, stalledNanos, resent, 0);
  }

  /**
   * Judges a connection whose calls wait for answers.
   *
   * @param snapshot a fresh reading
   * @param stalledNanos how long data has been outstanding without any acknowledgement, see {@link
   *     AckProgress}
   * @param resent how many segments were resent meanwhile, see {@link AckProgress#resent}
   * @param more timeouts that have to be unanswered beyond those that make a path silent
   * @return the verdict; {@link WireVerdict.Usable} for a slow server and for a snapshot without a
   *     source
   */
  static WireVerdict inFlight(WireSnapshot snapshot, long stalledNanos, long resent, int more) {
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
        suffice(snapshot, unanswered(snapshot), resent, more)
            && stalledNanos >= silenceThreshold(snapshot, more).toNanos();
    return silent
        ? new WireVerdict.Dead(Cause.PATH_SILENT, snapshot.evidence())
        : new WireVerdict.Suspect(snapshot.evidence());
  }

  static Duration holdsFor(WireSnapshot snapshot, long stalledNanos, long resent) {
    return holdsFor(snapshot, stalledNanos, resent, 0);
  }

  /**
   * How long the verdict of {@link #inFlight} on this reading cannot turn into {@link
   * WireVerdict.Dead} for silence: until then there is nothing to look for.
   *
   * @param snapshot the reading
   * @param stalledNanos see {@link #inFlight}
   * @param resent see {@link #inFlight}
   * @param more see {@link #inFlight}
   * @return zero if it may turn at any moment
   */
  static Duration holdsFor(WireSnapshot snapshot, long stalledNanos, long resent, int more) {
    Duration left = silenceThreshold(snapshot, more).minusNanos(stalledNanos);
    Duration sent = Duration.ofMillis(snapshot.lastDataSentMillis());
    Duration answer =
        suffice(snapshot, snapshot.retransmits(), resent, more)
            ? answerDue(snapshot).minus(sent)
            : longer(rto(snapshot).minus(sent), Duration.ZERO).plus(answerDue(snapshot));
    return longer(longer(left, answer), Duration.ZERO);
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
    return overdue(snapshot) ? snapshot.retransmits() : snapshot.retransmits() - 1;
  }

  /** Whether what was sent last would have been answered by now. */
  static boolean overdue(WireSnapshot snapshot) {
    return Duration.ofMillis(snapshot.lastDataSentMillis()).compareTo(answerDue(snapshot)) >= 0;
  }

  /** Whether so many unanswered timeouts were spread over a span that makes a path silent. */
  private static boolean suffice(WireSnapshot snapshot, int timeouts, long resent, int more) {
    Duration span = snapshot.baseRto().multipliedBy(RTOS_OF_SILENCE + more).minus(TICK);
    return timeouts >= RETRANSMITS_OF_SILENCE + more
        && asked(snapshot, timeouts, resent).compareTo(span) >= 0;
  }

  /** From the first transmission, or an early probe, to the last of so many timeouts, at least. */
  private static Duration asked(WireSnapshot snapshot, int timeouts, long resent) {
    int later = snapshot.retransmits() - timeouts;
    int doublings = Math.max(0, Math.min(MOST_DOUBLINGS, snapshot.backoff() - later));
    Duration passed = snapshot.baseRto().multipliedBy(Math.max(timeouts, (1 << doublings) - 1));
    boolean probed = snapshot.unacked() == 1 && resent > snapshot.retransmits();
    return probed ? passed.plus(probeTimeout(snapshot)) : passed;
  }

  /** RFC 8985, section 7.2, with one segment outstanding. */
  private static Duration probeTimeout(WireSnapshot snapshot) {
    Duration delayed = Duration.ofNanos(2 * snapshot.rttMicros() * 1_000).plus(RTO_MIN);
    return delayed.compareTo(snapshot.baseRto()) < 0 ? delayed : snapshot.baseRto();
  }

  private static Duration rto(WireSnapshot snapshot) {
    return Duration.ofNanos(snapshot.rtoMicros() * 1_000);
  }

  static Duration answerDue(WireSnapshot snapshot) {
    return longer(Duration.ofNanos(2 * snapshot.rttMicros() * 1_000), ANSWER_FLOOR);
  }

  private static Duration silenceThreshold(WireSnapshot snapshot, int more) {
    return longer(snapshot.baseRto().multipliedBy(RTOS_OF_SILENCE + more), SILENCE_FLOOR);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
