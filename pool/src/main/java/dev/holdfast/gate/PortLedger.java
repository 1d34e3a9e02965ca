package dev.holdfast.gate;

import dev.holdfast.path.PortBudget;

/**
 * The source ports towards one destination address and port: which are taken, and when those in
 * {@code TIME_WAIT} come back. Counts, not numbers: the kernel chooses the port. Confined to the
 * lock of its {@link EndpointGate}.
 *
 * <p>Half of the range is given out at once. Past that, once any port is in {@code TIME_WAIT},
 * dials are paced at the highest rate that the free ports and those known to come back can carry
 * for a whole hold, so that a churning client meets a slope and not a wall (rule R8).
 */
final class PortLedger {

  /** No port will come back that is known of. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int HORIZONS = 16;
  private static final long FIRST_PAUSE_NANOS = 20_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private final PortBudget budget;
  private final long holdNanos;
  private final int range;
  private final Expiries held = new Expiries();

  private int open;
  private int othersAtLast;
  private long othersSince;
  private long pausedUntil;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private boolean granted;
  private long lastGrant;

  PortLedger(PortBudget budget, long now) {
    this.budget = budget;
    this.holdNanos = budget.hold().toNanos();
    this.range = (int) Math.min(Integer.MAX_VALUE, (long) budget.ports() * budget.sources());
    this.othersSince = now;
    this.pausedUntil = now;
  }

  PortBudget budget() {
    return budget;
  }

  PortUse use(long now) {
    held.drain(now);
    return new PortUse(open, held.size(), others(now), range);
  }

  boolean isEmpty(long now) {
    held.drain(now);
    return open == 0 && held.size() == 0;
  }

  double closesPerSecond(long now) {
    held.drain(now);
    return held.size() / (holdNanos / 1e9);
  }

  /**
   * How long until a port is there for the caller behind {@code ahead} others, if nothing happens
   * but what is known: 0, or {@link #NEVER}. An open connection may end and free one earlier.
   * Beyond one hold it supposes that those ahead go on as those before them: open, close, hold.
   */
  long portWait(int ahead, long now) {
    held.drain(now);
    long pause = Math.max(0, pausedUntil - now);
    int missing = ahead - free(now);
    if (missing < 0) {
      return pause;
    }
    int churning = range - open;
    if (churning <= 0) {
      return NEVER;
    }
    int nth = missing % churning;
    boolean returning = nth < held.size() + others(now);
    long wait = returning ? returnOf(nth, now) : holdNanos;
    return Math.max(pause, missing / churning * holdNanos + wait);
  }

  /** How long the caller behind {@code ahead} others is to hold back for the pace's sake. */
  long paceWait(int ahead, long now) {
    held.drain(now);
    int limit = range - others(now);
    if (!granted || held.size() == 0 || open + held.size() <= limit / 2) {
      return 0;
    }
    double perNano = Double.MAX_VALUE;
    for (int i = 1; i <= HORIZONS; i++) {
      long horizon = Math.max(1, holdNanos / HORIZONS * i);
      perNano = Math.min(perNano, (double) freeBy(now + horizon - 1, now) / horizon);
    }
    if (perNano <= 0) {
      return 0; // nothing to spread: portWait says when the next port comes
    }
    return Math.max(0, lastGrant + (long) ((ahead + 1) / perNano) - now);
  }

  void granted(long now) {
    open++;
    granted = true;
    lastGrant = now;
  }

  /** A dial got its port, so the books were right. */
  void confirmed() {
    pauseNanos = FIRST_PAUSE_NANOS;
  }

  /** The port of an open connection or of a dial is free again, at once. */
  void freed() {
    open--;
  }

  /** This side closed first. A peer slow to send its FIN makes the kernel hold the port longer. */
  void closedHere(long now) {
    open--;
    held.add(now + holdNanos);
  }

  /**
   * The kernel had none for a dial granted: everything not booked here is held by others. What they
   * hold comes back within a hold, as far as it is {@code TIME_WAIT}, so the estimate falls to 0
   * over one; the pause keeps a dialler from asking a full kernel, whose search walks the range.
   */
  void exhausted(long now) {
    open--;
    held.drain(now);
    othersAtLast = Math.max(0, range - open - held.size());
    othersSince = now;
    pausedUntil = now + pauseNanos;
    pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
  }

  private int free(long now) {
    return range - others(now) - open - held.size();
  }

  private int freeBy(long instant, long now) {
    held.drain(now);
    return range - others(instant) - open - (held.size() - held.until(instant));
  }

  private int others(long instant) {
    double left = 1 - (double) (instant - othersSince) / holdNanos;
    return left <= 0 ? 0 : (int) Math.ceil(othersAtLast * left);
  }

  /** When the n-th of the ports that come back does, counted from 0; others' to a microsecond. */
  private long returnOf(int n, long now) {
    if (others(now) == 0) {
      return held.at(n) - now;
    }
    int wanted = free(now) + n + 1;
    long low = 0;
    long high = holdNanos;
    while (high - low > 1_000) {
      long middle = (low + high) >>> 1;
      if (freeBy(now + middle, now) >= wanted) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return Math.max(1, high);
  }
}
