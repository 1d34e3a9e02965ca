package dev.holdfast.benchmarks.soak;

/** What came of many calls. Not thread-safe. */
final class Score {

  private long calls;
  private long ambiguous;
  private long notExecuted;
  private long notConnected;
  private long untyped;
  private long doubled;
  private long torn;
  private long outOfOrder;
  private long swapped;
  private long lost;
  private long falselyDenied;
  private long longestNanos;

  void add(Call call) {
    calls++;
    longestNanos = Math.max(longestNanos, call.nanos());
    switch (call.outcome()) {
      case AMBIGUOUS -> ambiguous++;
      case NOT_EXECUTED -> notExecuted++;
      case NOT_CONNECTED -> notConnected++;
      case UNTYPED -> untyped++;
      case SWAPPED -> swapped++;
      case ANSWERED -> {}
    }
  }

  /**
   * What the server knows of a call.
   *
   * @param times it ran
   */
  void ran(Call call, long times) {
    if (times > 1) {
      doubled++;
    }
    if (times == 0 && call.outcome() == Outcome.ANSWERED) {
      lost++;
    }
    boolean denied =
        call.outcome() == Outcome.NOT_EXECUTED || call.outcome() == Outcome.NOT_CONNECTED;
    if (times > 0 && denied) {
      falselyDenied++;
    }
  }

  void tore() {
    torn++;
  }

  void overtaken() {
    outOfOrder++;
  }

  void add(Score other) {
    calls += other.calls;
    ambiguous += other.ambiguous;
    notExecuted += other.notExecuted;
    notConnected += other.notConnected;
    untyped += other.untyped;
    doubled += other.doubled;
    torn += other.torn;
    outOfOrder += other.outOfOrder;
    swapped += other.swapped;
    lost += other.lost;
    falselyDenied += other.falselyDenied;
    longestNanos = Math.max(longestNanos, other.longestNanos);
  }

  long calls() {
    return calls;
  }

  long failed() {
    return ambiguous + notExecuted + notConnected + untyped;
  }

  long ambiguous() {
    return ambiguous;
  }

  long notExecuted() {
    return notExecuted;
  }

  long notConnected() {
    return notConnected;
  }

  long untyped() {
    return untyped;
  }

  /** Ran more than once. */
  long doubled() {
    return doubled;
  }

  /** Transactions of which the two halves did not run equally often. */
  long torn() {
    return torn;
  }

  /** Numbers that came after a larger one of their list. */
  long outOfOrder() {
    return outOfOrder;
  }

  long swapped() {
    return swapped;
  }

  /** Answered, but the server has not run it. */
  long lost() {
    return lost;
  }

  /** Said not to have run, or to have found no connection, but the server has run it. */
  long falselyDenied() {
    return falselyDenied;
  }

  long longestMillis() {
    return longestNanos / 1_000_000;
  }
}
