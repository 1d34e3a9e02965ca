package dev.holdfast.redis;

import java.util.Locale;

/**
 * What a borrower can leave behind on a pooled connection, so that it must not go to the next one:
 * the connection is closed instead. The same constant in meter, log line and event.
 */
public enum Residue {
  /** {@code MULTI} without {@code EXEC} or {@code DISCARD}. */
  TRANSACTION("an open MULTI"),
  /** {@code WATCH} without what ends it. */
  WATCH("watched keys"),
  /** A subscription was made; whether it was ended is not asked. */
  SUBSCRIPTION("a subscription"),
  /** {@code CLIENT TRACKING}: invalidations would arrive for keys nobody here asked for. */
  TRACKING("CLIENT TRACKING"),
  /** {@code MONITOR} ends with the connection only. */
  MONITOR("MONITOR"),
  /** {@code CLIENT REPLY}: answers can no longer be told apart. */
  REPLY_MODE("CLIENT REPLY"),
  /** The next command would wait behind a blocking one. */
  BLOCKING("a blocking command in flight"),
  /** A command has no answer yet, perhaps because its caller's patience was shorter. */
  UNANSWERED("a command without an answer"),
  /** {@code SELECT} of another database than the connection was opened with. */
  DATABASE("another database selected"),
  /** {@code AUTH}, {@code HELLO} or {@code RESET}: somebody else's rights, or none. */
  IDENTITY("AUTH, HELLO or RESET"),
  /** {@code CLIENT SETNAME}, {@code NO-EVICT} and the like; {@code READONLY}; {@code ASKING}. */
  SETTINGS("changed settings of the server's session"),
  /** Lettuce's own settings: automatic flushing switched off, a listener added. */
  CLIENT_SETTINGS("changed settings of the client's connection");

  private final String text;

  Residue(String text) {
    this.text = text;
  }

  /**
   * The words for people.
   *
   * @return what was left, without a full stop
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
