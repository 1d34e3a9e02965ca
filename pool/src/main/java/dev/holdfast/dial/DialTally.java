package dev.holdfast.dial;

import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.retry.RetryBudget;
import dev.holdfast.wire.SynTimeout;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The dials of one connect: how many there were, and whether one more is due. Confined to the
 * channel's event loop.
 */
final class DialTally {

  /** Servers of one balancer taken in turn: two more dials pass two dead ones. */
  private static final int MOST_TURNED_AWAY = 2;

  private static final int MOST_FOREIGN = 4;

  private final RedialSchedule schedule;
  private final RetryBudget budget;
  private final boolean balanced;
  private final Map<RedialReason, Integer> redials = new EnumMap<>(RedialReason.class);
  private int turnedAway;
  private int dials;
  private int refusals;
  private int foreign;
  private int hastyRepeats = -1;
  private long dialledAt;
  private long waited;

  DialTally(RedialSchedule schedule, RetryBudget budget, boolean balanced) {
    this.schedule = schedule;
    this.budget = budget;
    this.balanced = balanced;
  }

  void dialled() {
    dials++;
    dialledAt = System.nanoTime();
  }

  /**
   * The latest dial is over, or given up.
   *
   * @param synsRepeated how often the kernel has sent its SYN again
   */
  void synsRepeated(long synsRepeated) {
    boolean hasty = synsRepeated > 0 && System.nanoTime() - dialledAt < SynTimeout.FIRST.toNanos();
    hastyRepeats = Math.max(0, hastyRepeats) + (hasty ? 1 : 0);
  }

  /** The connect has spent so long at the gate. */
  void waited(long nanos) {
    waited += nanos;
  }

  void refused() {
    refusals++;
  }

  void foreign() {
    foreign++;
  }

  int dials() {
    return dials;
  }

  OptionalLong silence(long elapsedNanos) {
    return schedule.waitAfter(redials.getOrDefault(RedialReason.SILENCE, 0), elapsedNanos);
  }

  boolean redial(RedialReason reason, long elapsedNanos) {
    boolean due =
        switch (reason) {
          case SILENCE -> !schedule.tooLate(elapsedNanos);
          case REFUSED -> balanced && turnedAway < MOST_TURNED_AWAY;
          case FOREIGN -> foreignLeft();
        };
    if (!due || !budget.take()) {
      return false;
    }
    redials.merge(reason, 1, Integer::sum);
    turnedAway += reason == RedialReason.REFUSED ? 1 : 0;
    return true;
  }

  private boolean foreignLeft() {
    return redials.getOrDefault(RedialReason.FOREIGN, 0) < MOST_FOREIGN;
  }

  /**
   * The same after a server that hung up in place of an answer: it counts as one that refused, but
   * the last such redial is left for {@link #redialAnyway}.
   */
  boolean redialAfterHangUp() {
    boolean due = turnedAway + 1 < MOST_TURNED_AWAY && foreignLeft() && budget.take();
    if (due) {
      redialAnyway();
    }
    return due;
  }

  /** A redial that replaces the client's own dial: the one before it was hung up. */
  void redialAnyway() {
    redials.merge(RedialReason.FOREIGN, 1, Integer::sum);
    turnedAway++;
  }

  void succeeded() {
    budget.succeeded(redials.values().stream().mapToInt(Integer::intValue).sum());
  }

  ConnectReport report(
      InetSocketAddress remote, ConnectOutcome outcome, long nanos, long winnerRtt) {
    return new ConnectReport(
        remote, outcome, dials, nanos, waited, winnerRtt, hastyRepeats, refusals, foreign, redials);
  }
}
