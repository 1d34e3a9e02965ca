package dev.holdfast.usage;

/**
 * How connections to an endpoint are used. Both at once on one pool is how incident B began:
 * callers that close what others mean to keep fill the {@code TIME_WAIT} table.
 */
public enum Usage {
  /** Connections are pooled and outlive their callers. */
  LONG_LIVED("long-lived"),
  /** Each caller opens its own connection and closes it. */
  SHORT_LIVED("short-lived");

  private final String text;

  Usage(String text) {
    this.text = text;
  }

  /**
   * The words for people.
   *
   * @return lower case
   */
  public String text() {
    return text;
  }
}
