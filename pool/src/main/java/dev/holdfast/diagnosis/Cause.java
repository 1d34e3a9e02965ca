package dev.holdfast.diagnosis;

import java.util.Locale;

/**
 * Why a connection was given up. The same constant appears as meter tag, in log lines, events and
 * exceptions, so that one name can be followed through all of them.
 *
 * <p>A cause states only what the client could see. Which machine on the path sent a reset, or
 * whether a request ran before it, is not visible to a client and never claimed here.
 */
public enum Cause {
  /** The peer closed in order: a FIN was read. */
  PEER_CLOSED("the peer closed the connection (FIN)"),
  /** The peer or a middlebox reset the connection: an RST was read, or a write met one. */
  PEER_RESET("the connection was reset (RST)"),
  /** The kernel gave the connection up: keepalive or {@code TCP_USER_TIMEOUT} expired. */
  KERNEL_TIMEOUT("the kernel timed the connection out"),
  /** Data stayed unacknowledged over several retransmissions: the path swallows segments. */
  PATH_SILENT("sent data stayed unacknowledged over several retransmissions"),
  /** Kernel probes on an idle or waiting connection were not answered. */
  PROBES_UNANSWERED("TCP probes were not answered"),
  /** An application-level probe was not answered within its deadline. */
  PING_UNANSWERED("an application ping was not answered in time"),
  /** A call timed out at its caller and nothing was read since it was sent. */
  REPLY_OVERDUE("a call timed out and nothing was read since"),
  /** Input arrived on an idle connection: it answers no request, and must not answer the next. */
  UNSOLICITED_INPUT("the server sent something that nobody had asked for"),
  /** The connection was idle for longer than the path keeps idle flows. */
  IDLE_LIMIT("idle for longer than the safe age of its path"),
  /** The server answered a write as a replica does, or somebody vouches that it was replaced. */
  DEMOTED("another server has taken over"),
  /** The server had announced maintenance, and moved its clients or ended the connection for it. */
  MAINTENANCE("the server had announced maintenance"),
  /** The application or the client library closed the connection. */
  LOCAL_CLOSE("closed by the application or its client");

  private final String text;

  Cause(String text) {
    this.text = text;
  }

  /**
   * The sentence for people.
   *
   * @return what the client saw, without a full stop
   */
  public String text() {
    return text;
  }

  /**
   * Who ended the connection, as far as the client can see: the peer or a hop that spoke for it,
   * the kernel, the guard, or the client.
   *
   * @return the value for meter tags
   */
  public String closer() {
    return switch (this) {
      case PEER_CLOSED, PEER_RESET, MAINTENANCE -> "peer";
      case KERNEL_TIMEOUT -> "kernel";
      case LOCAL_CLOSE -> "client";
      case PATH_SILENT,
          PROBES_UNANSWERED,
          PING_UNANSWERED,
          REPLY_OVERDUE,
          UNSOLICITED_INPUT,
          IDLE_LIMIT,
          DEMOTED ->
          "guard";
    };
  }

  /**
   * Whether the connection worked, and its end was chosen: by this end, or as was announced.
   *
   * @return true if nothing that followed explains it better
   */
  public boolean byChoice() {
    return switch (this) {
      case LOCAL_CLOSE, IDLE_LIMIT, DEMOTED, MAINTENANCE -> true;
      default -> false;
    };
  }

  /**
   * The value for meter tags: lower case, words joined by underscores.
   *
   * @return the tag value
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
