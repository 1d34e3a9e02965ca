package dev.holdfast.internal.http;

import dev.holdfast.internal.retry.RetryBudget;
import dev.holdfast.internal.retry.RetryBudgets;
import dev.holdfast.retry.BackOff;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For how long one call waits that servers decline for now. Each repetition comes no sooner than
 * its server asked for, and in a run of them no sooner than a growing back-off; a tenth of the wait
 * is random, so that callers who were declined together do not return together. Used by one thread
 * after the other.
 */
public final class DeclinedSending {

  private static final IntervalFunction WAITS =
      new BackOff(Duration.ofMillis(100), Duration.ofSeconds(2), 2, 0.5).waits();

  private static final int MOST = 30;
  private static final int SHARE_AT_RANDOM = 10;

  private final RetryBudgets budgets;
  private final Duration patience;
  private final LongSupplier nanoTime;
  private @Nullable RetryBudget latest;
  private long sinceNanos;
  private int times;

  /**
   * One call.
   *
   * @param budgets what repetitions may cost each server
   * @param patience the guard's
   * @param nanoTime the clock
   */
  public DeclinedSending(RetryBudgets budgets, Duration patience, LongSupplier nanoTime) {
    this.budgets = budgets;
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /**
   * The call was declined.
   *
   * @param said the answer
   * @return how long it waits before it is sent again; negative if its caller is to have the answer
   */
  public long pauseNanos(DeclinedAnswer said) {
    long now = nanoTime.getAsLong();
    RetryBudget budget = budgets.ofDeclined(said.by());
    if (times++ == 0) {
      sinceNanos = now;
    } else {
      budget.replayLost();
    }
    latest = budget;
    long least = TimeUnit.MILLISECONDS.toNanos(WAITS.apply(Math.min(times, MOST)));
    long pause = Math.max(said.after().toNanos(), least);
    pause += ThreadLocalRandom.current().nextLong(pause / SHARE_AT_RANDOM + 1);
    boolean inTime = now - sinceNanos + pause <= limit(said).toNanos();
    return inTime && budget.allowsDeclined() ? pause : -1;
  }

  private Duration limit(DeclinedAnswer said) {
    Duration callers = said.within();
    return callers == null || callers.compareTo(patience) > 0 ? patience : callers;
  }

  /** Another answer has come. */
  public void answered() {
    RetryBudget budget = latest;
    if (budget != null) {
      budget.replayAnswered();
    }
  }
}
