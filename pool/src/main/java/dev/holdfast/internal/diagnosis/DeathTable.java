package dev.holdfast.internal.diagnosis;

import static dev.holdfast.diagnosis.Explanation.CLOSED_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.DEMOTED;
import static dev.holdfast.diagnosis.Explanation.FAILOVER;
import static dev.holdfast.diagnosis.Explanation.FIN_LOST;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_RESET;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_SILENT;
import static dev.holdfast.diagnosis.Explanation.LOCAL_CLOSE;
import static dev.holdfast.diagnosis.Explanation.PATH_DARK;
import static dev.holdfast.diagnosis.Explanation.PATH_DIED_AFTER_ACK;
import static dev.holdfast.diagnosis.Explanation.PLANNED_MAINTENANCE;
import static dev.holdfast.diagnosis.Explanation.REPLY_PATH_LOST;
import static dev.holdfast.diagnosis.Explanation.RESET_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.RETIRED;
import static dev.holdfast.diagnosis.Explanation.SEGMENT_LOST;
import static dev.holdfast.diagnosis.Explanation.SERVER_CLOSED;
import static dev.holdfast.diagnosis.Explanation.SERVER_IDLE_TIMEOUT;
import static dev.holdfast.diagnosis.Explanation.SERVER_SLOW;
import static dev.holdfast.diagnosis.Explanation.UNASKED_INPUT;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;
import static dev.holdfast.diagnosis.Explanation.WINDOW_SHUT;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The decision table for connections that ended, and for calls that are overdue. */
final class DeathTable {

  /** Below it a connection was in use: an idle limit of a second is nowhere found. */
  private static final Duration IDLE = Duration.ofSeconds(1);

  /** Timer ticks and scheduling on top of two round trips. */
  private static final Duration EARLY_SLACK = Duration.ofMillis(20);

  /** {@code TCP_RTO_MIN}: before, nothing was repeated, and this process may have been slow. */
  private static final Duration RTO_MIN = Duration.ofMillis(200);

  /** A delayed acknowledgement comes within {@code TCP_DELACK_MAX}, 200 ms, of the request. */
  private static final Duration LATEST_ACK = Duration.ofMillis(200);

  private static final int RETRANSMITS_OF_SILENCE = 2;
  private static final int PROBES_OF_DEATH = 2;

  private static final Set<Cause> UNANSWERED =
      EnumSet.of(
          Cause.KERNEL_TIMEOUT,
          Cause.PATH_SILENT,
          Cause.PROBES_UNANSWERED,
          Cause.PING_UNANSWERED,
          Cause.REPLY_OVERDUE);

  private static final Function<DeathSigns, Answer> CLOSED = saw(EnumSet.of(Cause.PEER_CLOSED));
  private static final Function<DeathSigns, Answer> RESET = saw(EnumSet.of(Cause.PEER_RESET));
  private static final Function<DeathSigns, Answer> SILENT = saw(UNANSWERED);
  private static final Function<DeathSigns, Answer> IN_FLIGHT = DeathSigns::inFlight;
  private static final Function<DeathSigns, Answer> NOTHING_SENT = not(IN_FLIGHT);
  private static final Function<DeathSigns, Answer> NEW_WORKS = DeathSigns::newConnection;
  private static final Function<DeathSigns, Answer> NOT_BESIDE = not(DeathSigns::answeredBeside);
  private static final Function<DeathSigns, Answer> WINDOW_OPEN = not(DeathTable::windowShut);

  private static final List<Row<DeathSigns>> ROWS =
      List.of(
          Row.<DeathSigns>of(LOCAL_CLOSE).demanding(saw(EnumSet.of(Cause.LOCAL_CLOSE))),
          Row.<DeathSigns>of(RETIRED).demanding(saw(EnumSet.of(Cause.IDLE_LIMIT))),
          Row.<DeathSigns>of(DEMOTED).demanding(saw(EnumSet.of(Cause.DEMOTED))),
          Row.<DeathSigns>of(PLANNED_MAINTENANCE).demanding(saw(EnumSet.of(Cause.MAINTENANCE))),
          Row.<DeathSigns>of(UNASKED_INPUT).demanding(saw(EnumSet.of(Cause.UNSOLICITED_INPUT))),
          // 16; those idle for the same time that die together have met a limit
          Row.<DeathSigns>of(FAILOVER)
              .demanding(
                  s -> RESET.apply(s).or(SILENT.apply(s)),
                  DeathTable::together,
                  s -> wasIdle(s).and(s.siblings().alike()).not())
              .allowing(NEW_WORKS, s -> SILENT.apply(s).and(acknowledged(s)).not(), WINDOW_OPEN),
          // a flow that is in use is not forgotten, and neither are many at once by their idle age;
          // and of one that was idle it is known where newcomers were not answered either
          Row.<DeathSigns>of(PATH_DARK)
              .demanding(SILENT, s -> wasIdle(s).not().or(together(s)).or(s.answeredBeside().not()))
              .allowing(not(DeathTable::acknowledged), WINDOW_OPEN, NOT_BESIDE),
          // 1
          Row.<DeathSigns>of(SERVER_IDLE_TIMEOUT)
              .demanding(CLOSED)
              .allowing(NOTHING_SENT, DeathTable::timedOut),
          Row.<DeathSigns>of(SERVER_CLOSED)
              .demanding(CLOSED)
              .allowing(NOTHING_SENT, not(DeathTable::timedOut)),
          // 10
          Row.<DeathSigns>of(CLOSED_DURING_CALL).demanding(CLOSED).allowing(IN_FLIGHT),
          // 2
          Row.<DeathSigns>of(FIN_LOST)
              .demanding(RESET, DeathTable::wasIdle)
              .allowing(DeathTable::early), // a server that stops closes all ages at once
          // 3; with probes answered until the end only a flush since the last one remains
          Row.<DeathSigns>of(FLOW_FORGOTTEN_RESET)
              .demanding(RESET)
              .allowing(
                  DeathTable::early,
                  not(DeathTable::crowdOfUnlikeAges),
                  s -> s.heardWhileIdle().and(together(s).not()).not()),
          // an RST that answers nothing of ours: a process killed with unread input
          Row.<DeathSigns>of(SERVER_CLOSED).demanding(RESET).allowing(NOTHING_SENT),
          // 9
          Row.<DeathSigns>of(RESET_DURING_CALL)
              .demanding(RESET)
              .allowing(IN_FLIGHT, s -> wasIdle(s).and(early(s)).not()),
          // 4, 5
          Row.<DeathSigns>of(FLOW_FORGOTTEN_SILENT)
              .demanding(SILENT)
              .allowing(
                  not(DeathTable::acknowledged),
                  NEW_WORKS,
                  WINDOW_OPEN,
                  not(DeathTable::crowdOfUnlikeAges)),
          Row.<DeathSigns>of(REPLY_PATH_LOST)
              .demanding(SILENT)
              .allowing(
                  IN_FLIGHT,
                  not(DeathTable::acknowledged),
                  NEW_WORKS,
                  WINDOW_OPEN,
                  not(DeathTable::crowdOfUnlikeAges)),
          Row.<DeathSigns>of(UNREACHABLE)
              .demanding(SILENT)
              .allowing(
                  not(DeathTable::acknowledged),
                  not(NEW_WORKS),
                  WINDOW_OPEN,
                  s ->
                      Answer.of(
                          s.newConnection() == Answer.NO || NOT_BESIDE.apply(s) != Answer.NO)),
          Row.<DeathSigns>of(SEGMENT_LOST)
              .demanding(SILENT, DeathTable::hardlyRepeated)
              .allowing(IN_FLIGHT, NEW_WORKS, not(DeathTable::together)),
          // 6; the kernel gives up a slow server only for its shut window
          Row.<DeathSigns>of(SERVER_SLOW)
              .demanding(saw(EnumSet.of(Cause.PING_UNANSWERED, Cause.REPLY_OVERDUE)))
              .allowing(
                  IN_FLIGHT, DeathTable::acknowledged, DeathTable::probeAnswered, WINDOW_OPEN),
          // 7
          Row.<DeathSigns>of(PATH_DIED_AFTER_ACK)
              .demanding(SILENT)
              .allowing(
                  IN_FLIGHT, DeathTable::acknowledged, not(DeathTable::probeAnswered), WINDOW_OPEN),
          // 8
          Row.<DeathSigns>of(WINDOW_SHUT).demanding(SILENT, DeathTable::windowShut));

  private DeathTable() {}

  static List<Explanation> fitting(DeathSigns signs) {
    return Row.fitting(ROWS, signs);
  }

  private static Function<DeathSigns, Answer> saw(Set<Cause> causes) {
    return signs -> Answer.of(causes.contains(signs.cause()));
  }

  private static Function<DeathSigns, Answer> not(Function<DeathSigns, Answer> question) {
    return question.andThen(Answer::not);
  }

  private static Answer wasIdle(DeathSigns signs) {
    return Answer.of(signs.idle().compareTo(IDLE) >= 0);
  }

  /**
   * Whether the end came within about one round trip of the write: nothing was repeated. Where the
   * kernel repeated nothing and heard no acknowledgement either, it met the reset in answer to the
   * write, however late this process read it.
   */
  private static Answer early(DeathSigns signs) {
    if (signs.retransmissions().orElse(0) > 0) {
      return Answer.NO;
    }
    if (signs.retransmissions().isPresent() && signs.acknowledgedBeforeReset() == Answer.NO) {
      return Answer.YES;
    }
    if (signs.sinceWrite().isEmpty()) {
      return Answer.UNKNOWN;
    }
    Duration time = signs.sinceWrite().get();
    Duration rtt = signs.wire().map(WireSigns::rtt).orElse(Duration.ZERO);
    if (time.compareTo(rtt.multipliedBy(2).plus(EARLY_SLACK)) <= 0) {
      return Answer.YES;
    }
    boolean surelyLate = !rtt.isZero() && time.compareTo(rtt.multipliedBy(2).plus(RTO_MIN)) > 0;
    return surelyLate ? Answer.NO : Answer.UNKNOWN;
  }

  /**
   * Whether the peer closed at a declared timeout. Servers close late, never early; the client's
   * clock may differ from theirs by a round trip.
   */
  private static Answer timedOut(DeathSigns signs) {
    if (wasIdle(signs) == Answer.NO || crowdOfUnlikeAges(signs) == Answer.YES) {
      return Answer.NO;
    }
    return signs
        .plan()
        .map(plan -> DeclaredLimits.closesAt(plan.path(), signs.idle()))
        .orElse(Answer.UNKNOWN);
  }

  /** Whether the server's kernel has everything; an intermediate's acknowledgement does not say. */
  private static Answer acknowledged(DeathSigns signs) {
    if (signs.wire().isEmpty() || signs.inFlight() == Answer.NO) {
      return Answer.UNKNOWN;
    }
    if (signs.wire().get().unacked() > 0) {
      return Answer.NO;
    }
    return terminated(signs) ? Answer.UNKNOWN : Answer.YES;
  }

  /** Whether the peer's kernel was heard after the acknowledgement of the request. */
  private static Answer probeAnswered(DeathSigns signs) {
    if (signs.wire().isEmpty() || terminated(signs)) {
      return Answer.UNKNOWN;
    }
    WireSigns wire = signs.wire().get();
    if (wire.probes() >= PROBES_OF_DEATH) {
      return Answer.NO;
    }
    Duration latestAck = wire.rtt().multipliedBy(2).plus(LATEST_ACK);
    boolean heard =
        wire.probes() == 0
            && signs
                .sinceWrite()
                .filter(time -> wire.sinceAck().plus(latestAck).compareTo(time) < 0)
                .isPresent();
    return heard ? Answer.YES : Answer.UNKNOWN;
  }

  private static Answer together(DeathSigns signs) {
    return signs.siblings().together();
  }

  private static Answer crowdOfUnlikeAges(DeathSigns signs) {
    return signs.siblings().crowdOfUnlikeAges();
  }

  /**
   * A living server answers probes of a shut window: where none came beside a newcomer's, it is
   * none.
   */
  private static Answer windowShut(DeathSigns signs) {
    if (signs.cause() == Cause.PROBES_UNANSWERED && signs.answeredBeside() != Answer.UNKNOWN) {
      return Answer.NO;
    }
    return signs.wire().map(WireSigns::windowShut).orElse(Answer.UNKNOWN);
  }

  private static Answer hardlyRepeated(DeathSigns signs) {
    return signs
        .wire()
        .map(w -> Answer.of(w.unacked() > 0 && w.retransmits() < RETRANSMITS_OF_SILENCE))
        .orElse(Answer.UNKNOWN);
  }

  private static boolean terminated(DeathSigns signs) {
    return signs.plan().filter(ConnectionPlan::terminated).isPresent();
  }
}
