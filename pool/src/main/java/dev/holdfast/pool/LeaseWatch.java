package dev.holdfast.pool;

/**
 * How long one lease has been out, told from outside: two sweeps that see the same word see the
 * same lease, so a borrow writes nothing for it. Used by the housekeeper only.
 */
final class LeaseWatch {

  private long word = -1;
  private long since;
  private boolean reported;

  /**
   * Notes what is seen.
   *
   * @return since when this lease has been out, late by a sweep at most
   */
  long seen(long leased, long now) {
    if (word != leased) {
      word = leased;
      since = now;
      reported = false;
    }
    return since;
  }

  /** True once for each lease. */
  boolean report() {
    boolean first = !reported;
    reported = true;
    return first;
  }
}
