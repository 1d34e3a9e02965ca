package dev.holdfast.retry;

/** Which calls may be sent a second time although the first may have run. */
public enum ReplaySafety {
  /** Reads, and calls that only set up a session: running twice changes nothing. */
  SAFE,
  /**
   * Writes that end in the same state when run twice in a row. Their reply may differ, and a late
   * second run can undo another client's newer write; so they are sent again only if the user opted
   * in.
   */
  STATE_IDEMPOTENT,
  /** Everything else, and everything unknown. */
  UNSAFE
}
