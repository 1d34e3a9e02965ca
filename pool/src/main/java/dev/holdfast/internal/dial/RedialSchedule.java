package dev.holdfast.internal.dial;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * When to dial again while nothing answers. Immutable.
 *
 * <p>With the path's round trip known an unanswered SYN is lost after {@code clamp(3·srtt + 20 ms,
 * 100 ms, 900 ms)}: the first three waits are that long, the next ones double, for the path may
 * have become slow. Unknown, the first wait is 300 ms (Happy Eyeballs, RFC 8305, uses 250 ms) and
 * each next one doubles. From about a second on the kernel sends the SYN again itself (RFC 6298).
 *
 * <p>No dial starts in the second half of the connect timeout, so the last one has the larger part
 * for itself: where each dial abandons the one before, a path that answers within half the timeout
 * is still reached, whatever round trip was remembered.
 */
public final class RedialSchedule {

  /** The default number of redials: six more dials leave 1.6 % where half of them are lost. */
  public static final int DEFAULT_REDIALS = 6;

  private static final long FIRST_UNKNOWN = Duration.ofMillis(300).toNanos();
  private static final long SLACK = Duration.ofMillis(20).toNanos();
  private static final long SHORTEST = Duration.ofMillis(100).toNanos();
  private static final long LONGEST = Duration.ofMillis(900).toNanos();
  private static final int CONSTANT_WAITS = 3;
  private static final int MOST_DOUBLINGS = 20;

  private final long first;
  private final int constant;
  private final int redials;
  private final long timeout;

  private RedialSchedule(long first, int constant, int redials, long timeout) {
    this.first = first;
    this.constant = constant;
    this.redials = redials;
    this.timeout = timeout;
  }

  /**
   * The schedule of one connect.
   *
   * @param timeoutNanos the user's connect timeout, 0 for none
   * @param srttNanos the smoothed round trip of the path, if known
   * @param redials how many dials may follow the first, 0 for none
   * @return the schedule
   * @throws IllegalArgumentException if a number is negative
   */
  public static RedialSchedule of(long timeoutNanos, OptionalLong srttNanos, int redials) {
    if (timeoutNanos < 0 || redials < 0 || srttNanos.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "timeout %d ns, srtt %s and redials %d must not be negative"
              .formatted(timeoutNanos, srttNanos, redials));
    }
    long timeout = timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos;
    if (srttNanos.isEmpty()) {
      return new RedialSchedule(FIRST_UNKNOWN, 1, redials, timeout);
    }
    long srtt = Math.min(srttNanos.getAsLong(), LONGEST);
    long wait = Math.max(SHORTEST, Math.min(LONGEST, 3 * srtt + SLACK));
    return new RedialSchedule(wait, CONSTANT_WAITS, redials, timeout);
  }

  /**
   * How long a dial is left alone before the next.
   *
   * @param redialsSoFar how many dials followed the first
   * @param elapsedNanos since the connect began
   * @return the wait in nanoseconds, empty if this dial is the last
   */
  public OptionalLong waitAfter(int redialsSoFar, long elapsedNanos) {
    if (redialsSoFar >= redials) {
      return OptionalLong.empty();
    }
    int doublings = Math.min(MOST_DOUBLINGS, Math.max(0, redialsSoFar - constant + 1));
    long wait = first << doublings;
    return elapsedNanos + wait > timeout / 2 ? OptionalLong.empty() : OptionalLong.of(wait);
  }

  /**
   * Whether a redial that was due is not worth it any more, for example after a long pause of the
   * event loop: the dial before it should now keep what is left.
   *
   * @param elapsedNanos since the connect began
   * @return true beyond five eighths of the timeout
   */
  public boolean tooLate(long elapsedNanos) {
    return elapsedNanos > timeout / 8 * 5;
  }
}
