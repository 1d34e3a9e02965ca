package dev.holdfast.gate;

import java.util.function.DoubleSupplier;

/**
 * The rate at which an endpoint is filled again: TCP's slow start and congestion avoidance (RFC
 * 5681), with connects a second in place of a window and a lost SYN as the sign of congestion. No
 * client knows how many others come back with it; a lost SYN is what they all see. Confined to the
 * lock of its {@link EndpointGate}.
 */
final class RefillRate {

  /** A rate one client of ten thousand can hold without harm: one connect in eight seconds. */
  private static final double LEAST = 0.125;

  private static final double NANOS = 1e9;

  private final double step;
  private final double most;
  private final DoubleSupplier random;

  private double perSecond;
  private double threshold = Double.MAX_VALUE;
  private double credit;
  private long creditedAt;
  private long epochEnd;
  private boolean congested;
  private boolean everCongested;
  private int answered;

  RefillRate(double first, double most, DoubleSupplier random, long now) {
    this.step = first;
    this.most = Math.max(first, most);
    this.random = random;
    this.perSecond = first;
    this.credit = random.getAsDouble(); // clients that start together do not take together
    this.creditedAt = now;
    this.epochEnd = now + epoch();
  }

  double perSecond() {
    return perSecond;
  }

  /** How long the caller behind {@code ahead} others waits at the present rate; 0 is now. */
  long wait(int ahead, long now) {
    advance(now);
    double missing = ahead + 1 - credit;
    return missing <= 0 ? 0 : (long) Math.ceil(missing / perSecond * NANOS);
  }

  /** The least that the wait can be, should the rate double every second from now on. */
  long leastWait(int ahead, long now) {
    advance(now);
    double missing = ahead + 1 - credit;
    double seconds = Math.log1p(Math.max(0, missing) * Math.log(2) / perSecond) / Math.log(2);
    return (long) (seconds * NANOS);
  }

  /**
   * A dial was answered at once. Until the first sign of congestion each such answer lets two more
   * through, which doubles what is under way every round trip: one client that lost its connections
   * alone has them back in a few, and many together stop one another within the first.
   */
  void answered() {
    if (!everCongested) {
      answered++;
      credit += 2;
    }
  }

  /**
   * A dial was answered after it had been taken for lost: the next may go, but no more than one.
   */
  void answeredLate() {
    if (!everCongested) {
      answered++;
      credit += 1;
    }
  }

  /** Whether answers, and not the clock, set the pace. */
  boolean clockedByAnswers() {
    return !everCongested;
  }

  void take() {
    credit -= 1;
  }

  /** A SYN was lost or refused. Halves at most once an epoch: one burst of losses is one sign. */
  void congested() {
    everCongested = true;
    if (!congested) {
      congested = true;
      perSecond = Math.max(LEAST, perSecond / 2);
      threshold = perSecond;
    }
  }

  private void advance(long now) {
    // Unused credit is kept for a second, so that a pause is not followed by a burst.
    double earned = (now - creditedAt) / NANOS * perSecond;
    double kept = Math.max(everCongested ? 0 : answered, Math.max(1, perSecond));
    credit = Math.min(kept, credit + earned);
    creditedAt = now;
    if (now - epochEnd >= 0) {
      if (!congested) {
        perSecond = Math.min(most, perSecond < threshold ? 2 * perSecond : perSecond + step);
      }
      congested = false;
      epochEnd = now + epoch();
    }
  }

  /** A second, within plus or minus half. */
  private long epoch() {
    return (long) ((0.5 + random.getAsDouble()) * NANOS);
  }
}
