package dev.holdfast.internal.dial;

import io.netty.buffer.ByteBuf;

/**
 * The question that tells one protocol's server from any other's. Behind a balancer with a stale
 * list of servers a successful connect proves nothing: the first answer does. Implementations are
 * stateless and thread-safe.
 */
public interface FirstReply {

  /** What the first bytes are. */
  enum Verdict {
    /** Too few to tell, or the answer is not complete yet. */
    INCOMPLETE,
    /** The answer to the probe. It is discarded: the client never asked for it. */
    ANSWER,
    /**
     * This protocol, but the server does not want the connection and says so before it is asked.
     * Treated as a refused connect; the words go into the exception.
     */
    REFUSAL,
    /** Another protocol. */
    FOREIGN
  }

  /**
   * The question: it must change nothing on a server of this protocol and be harmless to any other.
   *
   * @return a buffer of the caller's, to be released by it
   */
  ByteBuf probe();

  /**
   * Judges what a server said first.
   *
   * @param firstBytes everything read so far, at least one byte. For {@link Verdict#ANSWER} the
   *     reader index is moved behind the answer; otherwise it stays
   * @return the verdict
   */
  Verdict check(ByteBuf firstBytes);
}
