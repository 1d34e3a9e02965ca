package dev.holdfast.path;

import java.time.Duration;

/** The room that every limit needs: round trip, scheduling slop and lost probes. */
record Margin(Duration rtt, Duration slop, int lostProbes) {

  static final Duration SECOND = Duration.ofSeconds(1);

  Duration slack() {
    return rtt.plus(slop);
  }

  /** R2: m(T) = max(0.10 T, RTT + sigma). */
  Duration of(Duration limit) {
    return later(limit.dividedBy(10), slack());
  }

  /** R2: T - m(T); zero or negative when the margin eats the limit. */
  Duration age(Duration limit) {
    return limit.minus(of(limit));
  }

  /** R3 and R4 with an interval as long as the period: K < (L - RTT - sigma) / (p + 1). */
  Duration period(Duration limit) {
    return wholeSecondsBelow(limit.minus(slack()).dividedBy(lostProbes + 1L));
  }

  /** R3: K + p I + RTT + sigma, the latest moment at which a probe still arrives. */
  Duration reach(Duration idle, Duration interval) {
    return idle.plus(interval.multipliedBy(lostProbes)).plus(slack());
  }

  String periodArithmetic(Duration limit) {
    return "below ("
        + Text.of(limit)
        + " - "
        + Text.of(slack())
        + ") / "
        + (lostProbes + 1)
        + ", for "
        + lostProbes
        + " lost probes";
  }

  String ageArithmetic(Duration limit) {
    return Text.of(limit)
        + " - max("
        + Text.of(limit.dividedBy(10))
        + ", "
        + Text.of(slack())
        + ")";
  }

  static Duration earlier(Duration left, Duration right) {
    return left.compareTo(right) <= 0 ? left : right;
  }

  static Duration later(Duration left, Duration right) {
    return left.compareTo(right) >= 0 ? left : right;
  }

  static boolean positive(Duration value) {
    return !value.isZero() && !value.isNegative();
  }

  /** The largest number of whole seconds that is strictly less; zero when there is none. */
  static Duration wholeSecondsBelow(Duration value) {
    return positive(value) ? Duration.ofSeconds(value.minusNanos(1).toSeconds()) : Duration.ZERO;
  }

  /** Whole seconds where one fits below the limit, else nine tenths of the limit. */
  static Duration below(Duration limit) {
    Duration whole = wholeSecondsBelow(limit);
    return positive(whole) ? whole : limit.multipliedBy(9).dividedBy(10);
  }
}
