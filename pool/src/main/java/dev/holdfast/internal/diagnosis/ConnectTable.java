package dev.holdfast.internal.diagnosis;

import static dev.holdfast.diagnosis.Explanation.BACKEND_REFUSING;
import static dev.holdfast.diagnosis.Explanation.FOREIGN_PROTOCOL;
import static dev.holdfast.diagnosis.Explanation.HANDSHAKE_REFUSED;
import static dev.holdfast.diagnosis.Explanation.HUNG_UP;
import static dev.holdfast.diagnosis.Explanation.NOT_LISTENING;
import static dev.holdfast.diagnosis.Explanation.OWN_REVERSE_PATH_FILTER;
import static dev.holdfast.diagnosis.Explanation.PORTS_EXHAUSTED;
import static dev.holdfast.diagnosis.Explanation.STALE_ACK;
import static dev.holdfast.diagnosis.Explanation.SYN_LOST;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;

import dev.holdfast.diagnosis.Explanation;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** The decision table for connects. */
final class ConnectTable {

  /** {@code TCP_TIMEOUT_INIT} of {@code net/tcp.h}: a lost SYN costs at least so much. */
  private static final Duration SYN_TIMEOUT = Duration.ofSeconds(1);

  /** One step of the linear SYN timeouts as measured, timer ticks included. */
  private static final Duration SYN_STEP = Duration.ofMillis(1_020);

  /** How far a connect may be off a multiple of it, by the clock alone. */
  private static final Duration STEP_TOLERANCE = Duration.ofMillis(100);

  /** {@code tcp_syn_linear_timeouts} of 4 and some: beyond, steps are too blurred to count. */
  private static final int STEPS = 5;

  /** Success, refusal, success, refusal: a restart has one turn, or two. */
  private static final int ALTERNATIONS_OF_BALANCER = 3;

  private static final List<Row<ConnectSigns>> ROWS =
      List.of(
          // 11; the filter's counter alone decides nothing, and on a busy host not even with it
          Row.<ConnectSigns>of(OWN_REVERSE_PATH_FILTER)
              .demanding(
                  ConnectTable::synLost, s -> CounterDelta.rose(s.counters().reversePathFilter())),
          Row.<ConnectSigns>of(SYN_LOST)
              .demanding(ConnectTable::synLost)
              .allowing(
                  s ->
                      s.quietHost().and(CounterDelta.rose(s.counters().reversePathFilter())).not()),
          // 12
          Row.<ConnectSigns>of(STALE_ACK)
              .demanding(ConnectTable::repeatedTooSoon)
              .allowing(s -> CounterDelta.rose(s.counters().outResets())),
          Row.<ConnectSigns>of(STALE_ACK)
              .demanding(
                  ended(ConnectEnd.TIMED_OUT),
                  s -> CounterDelta.rose(s.counters().outResets()),
                  // what answers a dial given up earlier is reset by this host itself
                  s -> Answer.of(s.hastyRepeats().isEmpty() && s.silentDials() == 0)),
          // 5
          Row.<ConnectSigns>of(UNREACHABLE).demanding(ended(ConnectEnd.UNREACHABLE)),
          Row.<ConnectSigns>of(UNREACHABLE)
              .demanding(ended(ConnectEnd.TIMED_OUT))
              .allowing(
                  s -> s.othersConnect().not(),
                  s -> Answer.of(!answeredOnly(s)),
                  s -> CounterDelta.rose(s.counters().reversePathFilter()).not()),
          // 13
          Row.<ConnectSigns>of(PORTS_EXHAUSTED).demanding(ended(ConnectEnd.NO_LOCAL_PORT)),
          // 14
          Row.<ConnectSigns>of(NOT_LISTENING)
              .demanding(
                  s -> Answer.of(s.outcome() == ConnectEnd.REFUSED || s.history().refused() > 0),
                  s -> Answer.of(s.history().alternations() < ALTERNATIONS_OF_BALANCER)),
          // a server that is restarted is refused after it was not, and not the other way round
          Row.<ConnectSigns>of(BACKEND_REFUSING)
              .demanding(
                  s -> Answer.of(s.history().refused() > 0),
                  s -> Answer.of(s.history().connected() > 0),
                  s ->
                      Answer.of(
                          s.outcome() != ConnectEnd.REFUSED || s.history().alternations() > 1)),
          Row.<ConnectSigns>of(HANDSHAKE_REFUSED).demanding(ended(ConnectEnd.HANDSHAKE_REFUSED)),
          // 15
          Row.<ConnectSigns>of(FOREIGN_PROTOCOL).demanding(ended(ConnectEnd.FOREIGN_REPLY)),
          Row.<ConnectSigns>of(FOREIGN_PROTOCOL)
              .demanding(s -> Answer.of(s.history().foreign() > 0)),
          Row.<ConnectSigns>of(HUNG_UP).demanding(ended(ConnectEnd.HUNG_UP)),
          Row.<ConnectSigns>of(HUNG_UP).demanding(s -> Answer.of(s.history().hungUp() > 0)));

  private ConnectTable() {}

  static List<Explanation> fitting(ConnectSigns signs) {
    return Row.fitting(ROWS, signs);
  }

  private static Function<ConnectSigns, Answer> ended(ConnectEnd outcome) {
    return signs -> Answer.of(signs.outcome() == outcome);
  }

  private static Answer synLost(ConnectSigns signs) {
    if (noneRepeated(signs)) {
      return Answer.NO;
    }
    return switch (signs.outcome()) {
      case TIMED_OUT -> Answer.of(!answeredOnly(signs));
      case CONNECTED, FOREIGN_REPLY, HUNG_UP ->
          Answer.of(redialledInVain(signs) || waitedForRetransmission(signs));
      case REFUSED, HANDSHAKE_REFUSED, NO_LOCAL_PORT, UNREACHABLE -> Answer.NO;
    };
  }

  /**
   * Whether this kernel repeated no SYN at all while one of this connect was out for longer than
   * its timeout: then that was answered, and what was slow is this process. A whole host's counter
   * that did not move speaks for every connect.
   */
  private static boolean noneRepeated(ConnectSigns signs) {
    boolean countedNone =
        signs.counters().synRetransmissions().isPresent()
            && signs.counters().synRetransmissions().getAsLong() == 0;
    long each = signs.elapsed().toNanos() / (signs.silentDials() + 1);
    return countedNone && each >= SYN_STEP.toNanos();
  }

  /** Every dial but perhaps the last, of which nothing is known, met an unfit answer. */
  private static boolean answeredOnly(ConnectSigns signs) {
    int hasty = signs.hastyRepeats().orElse(0);
    return hasty > 0 && hasty >= signs.silentDials();
  }

  /** A dial without an answer lost its SYN, unless the path is merely as slow as that. */
  private static boolean redialledInVain(ConnectSigns signs) {
    Duration slowPath = signs.rtt().orElse(Duration.ZERO).multipliedBy(2);
    int unanswered = signs.silentDials() - signs.hastyRepeats().orElse(0);
    return unanswered > 0 && signs.elapsed().compareTo(slowPath) > 0;
  }

  private static boolean waitedForRetransmission(ConnectSigns signs) {
    boolean longEnough = signs.elapsed().compareTo(SYN_TIMEOUT) >= 0;
    if (signs.synRetransmissions().isPresent()) {
      return longEnough && signs.synRetransmissions().getAsInt() > 0;
    }
    return longEnough && onAStep(signs);
  }

  /** By the clock alone: n times 1.02 s, plus the round trip. */
  private static boolean onAStep(ConnectSigns signs) {
    Duration beyond = signs.elapsed().minus(signs.rtt().orElse(Duration.ZERO));
    for (int steps = 1; steps <= STEPS; steps++) {
      if (beyond.minus(SYN_STEP.multipliedBy(steps)).abs().compareTo(STEP_TOLERANCE) <= 0) {
        return true;
      }
    }
    return false;
  }

  /** The SYN was repeated long before its timeout: the kernel does so after an unfit ACK only. */
  private static Answer repeatedTooSoon(ConnectSigns signs) {
    if (signs.hastyRepeats().isPresent()) {
      return Answer.of(signs.hastyRepeats().getAsInt() > 0);
    }
    return Answer.of(
        signs.outcome() == ConnectEnd.CONNECTED
            && signs.silentDials() == 0
            && signs.synRetransmissions().orElse(0) > 0
            && signs.elapsed().compareTo(SYN_TIMEOUT) < 0);
  }
}
