package dev.holdfast.wire;

import dev.holdfast.diagnosis.Cause;

/** What a {@link WireSnapshot} says about a connection. Immutable. */
public sealed interface WireVerdict {

  /** Nothing speaks against the connection. */
  record Usable() implements WireVerdict {
    /** The only value that is needed. */
    public static final Usable INSTANCE = new Usable();
  }

  /**
   * Something is odd but proves nothing: ask the peer before the connection carries a call that
   * must not run twice.
   *
   * @param evidence the fields that are odd
   */
  record Suspect(String evidence) implements WireVerdict {}

  /**
   * The connection is lost.
   *
   * @param cause what the client saw
   * @param evidence the fields that show it
   */
  record Dead(Cause cause, String evidence) implements WireVerdict {}
}
