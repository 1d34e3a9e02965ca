package dev.holdfast.internal.diagnosis;

import static dev.holdfast.diagnosis.Explanation.CHURN;
import static dev.holdfast.diagnosis.Explanation.CHURN_TIME_WAIT_OVERFLOW;

import dev.holdfast.diagnosis.Explanation;
import java.time.Duration;
import java.util.List;

/** The decision table for the rate of opening and closing. Row 17. */
final class ChurnTable {

  /** Slower than this fills no table: 60 sockets in TIME_WAIT. */
  private static final double CLOSES_PER_SECOND = 1;

  /** Connections that live for less are not kept alive by anybody. */
  private static final Duration YOUNG = Duration.ofSeconds(10);

  private static final List<Row<ChurnSigns>> ROWS =
      List.of(
          Row.<ChurnSigns>of(CHURN_TIME_WAIT_OVERFLOW)
              .demanding(ChurnTable::youngCloses, ChurnTable::overflows),
          Row.<ChurnSigns>of(CHURN)
              .demanding(ChurnTable::youngCloses)
              .allowing(signs -> overflows(signs).not()));

  private ChurnTable() {}

  static List<Explanation> fitting(ChurnSigns signs) {
    return Row.fitting(ROWS, signs);
  }

  private static Answer youngCloses(ChurnSigns signs) {
    return Answer.of(
        signs.closedPerSecond() * signs.localShare() >= CLOSES_PER_SECOND
            && signs.medianAgeAtClose().compareTo(YOUNG) < 0);
  }

  /** What was turned into a return fills no table. */
  private static Answer overflows(ChurnSigns signs) {
    return Answer.of(signs.wireClosesPerSecond() >= CLOSES_PER_SECOND).and(tableFull(signs));
  }

  private static Answer tableFull(ChurnSigns signs) {
    Answer full = signs.timeWait().map(t -> Answer.of(t.full())).orElse(Answer.UNKNOWN);
    return full.or(CounterDelta.rose(signs.counters().timeWaitOverflow()));
  }
}
