package dev.holdfast.internal.dial;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.retry.RetryBudget;
import dev.holdfast.internal.wire.SynTimeout;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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
  private int taken;
  private int turnedAway;
  private int dials;
  private int refusals;
  private int foreign;
  private int hangUps;
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

  /**
   * A dial failed before it was connected.
   *
   * @return why another server of a balancer may be tried; null if none turned the client away
   */
  @Nullable RedialReason turnedAway(Throwable failure) {
    return switch (ConnectOutcome.of(failure)) {
      case REFUSED -> {
        refusals++;
        yield RedialReason.REFUSED;
      }
      case HUNG_UP -> {
        hungUp();
        yield RedialReason.HUNG_UP;
      }
      default -> null;
    };
  }

  void foreign() {
    foreign++;
  }

  void hungUp() {
    hangUps++;
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
          case REFUSED, HUNG_UP -> balanced && turnedAway < MOST_TURNED_AWAY;
          case FOREIGN -> unfitLeft();
        };
    if (!due || !take()) {
      return false;
    }
    count(reason);
    return true;
  }

  private boolean take() {
    boolean allowed = budget.take();
    taken += allowed ? 1 : 0;
    return allowed;
  }

  /** Both at once: another protocol, and no word at all, have one bound. */
  private boolean unfitLeft() {
    int unfit =
        redials.getOrDefault(RedialReason.FOREIGN, 0)
            + redials.getOrDefault(RedialReason.HUNG_UP, 0);
    return unfit < MOST_FOREIGN;
  }

  private void count(RedialReason reason) {
    redials.merge(reason, 1, Integer::sum);
    turnedAway += reason == RedialReason.REFUSED || reason == RedialReason.HUNG_UP ? 1 : 0;
  }

  /**
   * The same after a server that hung up in place of an answer: it counts as one that refused, but
   * the last such redial is left for {@link #redialAnyway}.
   */
  boolean redialAfterHangUp() {
    boolean due = turnedAway + 1 < MOST_TURNED_AWAY && unfitLeft() && take();
    if (due) {
      redialAnyway();
    }
    return due;
  }

  /** A redial that replaces the client's own dial: the one before it was hung up. */
  void redialAnyway() {
    count(RedialReason.HUNG_UP);
  }

  void succeeded() {
    budget.succeeded(taken);
    taken = 0;
  }

  /** The connect has ended. */
  ConnectReport report(
      InetSocketAddress remote, ConnectOutcome outcome, long nanos, long winnerRtt) {
    budget.failed(taken); // nothing, if it has succeeded
    taken = 0;
    return new ConnectReport(
        remote,
        outcome,
        dials,
        nanos,
        waited,
        winnerRtt,
        hastyRepeats,
        refusals,
        foreign,
        hangUps,
        redials);
  }
}
