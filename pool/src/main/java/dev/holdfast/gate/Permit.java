package dev.holdfast.gate;

/**
 * One connection's entry in the books, from before its dial to its end. Redials on the way to one
 * connection share its permit: a socket given up before it was connected frees its port at once.
 * Every permit must reach {@link #failed}, {@link #closed} or {@link #exhausted}, or its port stays
 * booked. Thread-safe; what comes after the end is ignored.
 */
public interface Permit {

  /**
   * A dial is unanswered for so long that its SYN, or the answer, is taken for lost and another is
   * sent. The second time it counts as lost; without this call when the kernel repeats its SYN,
   * after a second.
   */
  default void silent() {}

  /** The TCP handshake is done. */
  void connected();

  /**
   * The dial failed; its port is free at once.
   *
   * @param cause what the client would report
   */
  void failed(Throwable cause);

  /** The connection has answered a request. */
  default void ofUse() {}

  /**
   * The connection was ended by the other side before it had answered anything. Connects to a
   * server that does so to each are paced as if they had failed. Also after {@link #closed}.
   */
  default void ofNoUse() {}

  /**
   * The connection has ended. Before {@link #connected} it says that the caller gave the dial up,
   * which tells nothing about the endpoint.
   *
   * @param who who ended it
   */
  void closed(Closer who);

  /**
   * The kernel had no source port ({@code EADDRNOTAVAIL}): others on this host hold more of them
   * than was known. The books shrink, and the caller keeps its place in the line.
   *
   * @return what to do now; never an invitation to retry in a loop
   */
  Admission exhausted();
}
