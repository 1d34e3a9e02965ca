package dev.holdfast.pool;

import java.util.Locale;

/** Why a pool closed a connection: the same constant in meter, log line and exception. */
public enum CloseReason {
  /** The connection's owner or the kernel knew it was dead. */
  DEAD("dead"),
  /** A proof failed or was not answered in time. */
  UNPROVED("the proof failed"),
  /** Idle for as long as its path may keep it. */
  IDLE_LIMIT("idle up to the safe age of its path"),
  /** Idle and not needed for the minimum. */
  SURPLUS("idle and not needed"),
  /** At the end of its lifetime. */
  LIFETIME("lifetime over"),
  /** Lent as often as the server answers on one connection. */
  REQUEST_LIMIT("request limit reached"),
  /** Its borrower gave it up. */
  DISCARDED("discarded by its borrower"),
  /** The pool was made smaller. */
  SHRUNK("pool made smaller"),
  /** All connections were retired on request. */
  REFRESHED("retired on request"),
  /** The pool was closed or drained. */
  POOL_CLOSED("pool closed"),
  /** It was connected after its dial had been given up. */
  TOO_LATE("connected too late");

  private final String text;

  CloseReason(String text) {
    this.text = text;
  }

  /**
   * The words for people.
   *
   * @return lower case, without a full stop
   */
  public String text() {
    return text;
  }

  /**
   * The value for meter tags.
   *
   * @return lower case, words joined by underscores
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
