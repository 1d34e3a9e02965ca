package dev.holdfast.internal.retry;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What repetitions may cost one remote address, redials and replays together: a token bucket after
 * gRPC's retry throttling (gRFC A6). Below half the bucket nothing is repeated.
 *
 * <p>A redial takes a token. A connect that succeeds puts its tokens back and half a one more; one
 * that fails leaves them spent. A replay takes none: only one that is lost in its turn does, so a
 * path that was merely stale withholds nothing, however many calls it lost at once, and loss on the
 * way exhausts nothing either, however heavy. Nor do redials under way withhold a replay: they
 * bound one another, and say nothing of the path before they end. But an address where nothing is
 * answered is soon dialled once for each connect, and sent each call once. Time puts back a token
 * every two seconds, a replay that is answered half a one, so an address that has come back is
 * noticed. Thread-safe.
 */
public final class RetryBudget {

  static final double CAPACITY = 100;

  private static final double BONUS = 0.5;
  private static final double PER_SECOND = 0.5;
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What is repeated. */
  public enum Kind {
    /** A connect is dialled again. */
    REDIAL,
    /** A call that was sent is sent again. */
    REPLAY,
    /** A call that its server declined to run for now is sent again. */
    DECLINED;

    /**
     * The value for meter tags.
     *
     * @return the constant's name in lower case
     */
    public String tag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final LongSupplier nanoTime;
  private final Consumer<Kind> withheld;
  private double tokens = CAPACITY;

  /** Taken by connects that have not ended. */
  private int underWay;

  private long refilled;

  /** Connects that succeed say nothing then: accepting them may be all that the server does. */
  private boolean replaysFail;

  /**
   * A full bucket.
   *
   * @param nanoTime the clock, {@link System#nanoTime} outside tests
   * @param withheld told of each repetition that is not allowed
   */
  public RetryBudget(LongSupplier nanoTime, Consumer<Kind> withheld) {
    this.nanoTime = nanoTime;
    this.withheld = withheld;
    this.refilled = nanoTime.getAsLong();
  }

  /**
   * Takes a token for a redial.
   *
   * @return false if the bucket is not above half: do not redial
   */
  public boolean take() {
    return allowed(Kind.REDIAL, 1);
  }

  /**
   * Asks before a replay.
   *
   * @return false if the bucket is not above half: do not replay
   */
  public boolean allowsReplay() {
    return allowed(Kind.REPLAY, 0);
  }

  /**
   * Asks before a call is sent again that its server declined to run; one that is declined in its
   * turn was {@linkplain #replayLost() lost}.
   *
   * @return false if the bucket is not above half: do not send it now
   */
  public boolean allowsDeclined() {
    return allowed(Kind.DECLINED, 0);
  }

  private boolean allowed(Kind kind, int cost) {
    boolean enough = spend(cost);
    if (!enough) {
      withheld.accept(kind);
    }
    return enough;
  }

  private synchronized boolean spend(int cost) {
    long now = nanoTime.getAsLong();
    put((now - refilled) / NANOS * PER_SECOND);
    refilled = now;
    double left = cost == 0 ? tokens + underWay : tokens;
    if (left <= CAPACITY / 2) {
      return false;
    }
    tokens -= cost;
    underWay += cost;
    return true;
  }

  /**
   * A connect has succeeded.
   *
   * @param taken the tokens it took
   */
  public synchronized void succeeded(int taken) {
    underWay -= taken;
    put(taken + (replaysFail ? 0 : BONUS));
  }

  /**
   * A connect has failed, or was given up.
   *
   * @param taken the tokens it took
   */
  public synchronized void failed(int taken) {
    underWay -= taken;
  }

  /** A replay, or all those that went over one connection together, was lost in its turn. */
  public synchronized void replayLost() {
    tokens = Math.max(0, tokens - 1);
    replaysFail = true;
  }

  /** A replay was answered. */
  public synchronized void replayAnswered() {
    replaysFail = false;
    put(BONUS);
  }

  private void put(double more) {
    tokens = Math.min(CAPACITY, tokens + more);
  }
}
