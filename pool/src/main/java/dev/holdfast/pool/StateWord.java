package dev.holdfast.pool;

/**
 * The one word that says what may be done with a connection. Phase in bits 0 to 3, flags in bits 4
 * and 5, the number of the current or last lease from bit 8 on. Every change is a compare-and-set
 * of the whole word, so a borrow that read a clean word fails by itself once someone has marked it,
 * and no word ever occurs twice in the same meaning: the lease number only grows.
 *
 * <pre>
 * from        to           by                                 on
 * CONNECTING  IDLE         the dial                           success, no DOOMED
 * CONNECTING  CLOSED       the dial                           failure, or DOOMED
 * IDLE        LEASED, n+1  a borrower                         no flags only
 * IDLE        RESERVED     the prover                         clears SUSPECT
 * IDLE        CLOSED       whoever retires it                 any flags
 * LEASED, n   IDLE         the holder of lease n              no flags only
 * LEASED, n   RESERVED     the holder of lease n              SUSPECT; goes to the prover
 * LEASED, n   CLOSED       the holder of lease n              DOOMED
 * RESERVED    IDLE         the prover                         proved, no flags
 * RESERVED    CLOSED       the prover                         not proved, or DOOMED
 * CONNECTING, LEASED, RESERVED: + DOOMED   whoever retires it; the owner of the phase closes
 * all but CLOSED:               + SUSPECT  anyone
 * </pre>
 *
 * Whoever makes the change to CLOSED, and no one else, disposes of the connection.
 */
final class StateWord {

  static final long CONNECTING = 0;
  static final long IDLE = 1;
  static final long LEASED = 2;
  static final long RESERVED = 3;
  static final long CLOSED = 4;

  /** To be proved before it is lent again. */
  static final long SUSPECT = 1L << 4;

  /** To be closed by the owner of the phase. */
  static final long DOOMED = 1L << 5;

  private static final long PHASE = 0xF;
  private static final long FLAGS = SUSPECT | DOOMED;
  private static final int LEASE_SHIFT = 8;

  /** Added to a clean IDLE word makes it LEASED under the next lease number. */
  static final long LEND = (1L << LEASE_SHIFT) + LEASED - IDLE;

  /** Subtracted from a clean LEASED word makes it IDLE. */
  static final long GIVE_BACK = LEASED - IDLE;

  private StateWord() {}

  static long phase(long word) {
    return word & PHASE;
  }

  /** IDLE without a flag. */
  static boolean lendable(long word) {
    return (word & (PHASE | FLAGS)) == IDLE;
  }

  static boolean is(long word, long flag) {
    return (word & flag) != 0;
  }

  static long to(long word, long phase) {
    return (word & ~PHASE) | phase;
  }

  static long without(long word, long flag) {
    return word & ~flag;
  }

  static long withoutFlags(long word) {
    return word & ~FLAGS;
  }

  static long lease(long word) {
    return word >>> LEASE_SHIFT;
  }

  /** The word of a lease. */
  static long leased(long number) {
    return number >= Long.MAX_VALUE >>> LEASE_SHIFT
        ? Long.MAX_VALUE
        : (number << LEASE_SHIFT) + LEASED;
  }

  static String text(long word) {
    String phase =
        switch ((int) phase(word)) {
          case (int) CONNECTING -> "connecting";
          case (int) IDLE -> "idle";
          case (int) LEASED -> "leased";
          case (int) RESERVED -> "reserved";
          default -> "closed";
        };
    return phase
        + (is(word, SUSPECT) ? " suspect" : "")
        + (is(word, DOOMED) ? " doomed" : "")
        + " lease "
        + lease(word);
  }
}
