package dev.holdfast.diagnosis;

import java.util.Locale;

/**
 * What may lie behind something a client saw. The same constant appears as meter tag, in log lines
 * and in events.
 *
 * <p>This is not {@link Cause}: a cause is the one thing seen at the instant a connection ends and
 * settles its calls, while an explanation is one of several that may fit, and often shows only once
 * the next connection was tried.
 *
 * <p>Each constant gives the signature by which it is recognised, as measured on Linux 6.18. {@code
 * R} is {@code tcpi_total_retrans} since the write, {@code LAR} is {@code tcpi_last_ack_recv}.
 */
public enum Explanation {
  /**
   * FIN while idle, at the age that is declared for the server, or for the hop that terminates TCP
   * in its place.
   */
  SERVER_IDLE_TIMEOUT("the server closed an idle connection at its timeout"),
  /** FIN, or an RST that nothing of ours provoked, while idle: restart, kill, deploy. */
  SERVER_CLOSED("the server closed the connection"),
  /** Bytes on a connection that waits for no answer: a 408 before the close, say. */
  UNASKED_INPUT("the server, or a balancer in its place, wrote to an idle connection"),
  /** FIN or EOF while a call waited, and no byte of its answer: the call may have run. */
  CLOSED_DURING_CALL("the server closed before or while it answered"),
  /**
   * RST about one round trip after the first write of an idle connection, R=0. Keepalive probes may
   * have been answered until then: a kernel in FIN_WAIT answers them.
   */
  FIN_LOST("the server had closed long before and its FIN was lost"),
  /**
   * RST about one round trip after the first write of an idle connection, R=0, LAR as long as the
   * idle time; or an RST in answer to a kernel probe. A host that restarted looks the same.
   */
  FLOW_FORGOTTEN_RESET("a middlebox or host no longer knew the flow and answered with a reset"),
  /** Unacknowledged data, R of 2 or more, and a new connection works. */
  FLOW_FORGOTTEN_SILENT("a middlebox forgot the flow and drops its segments"),
  /** As {@link #FLOW_FORGOTTEN_SILENT}; the call may have run. */
  REPLY_PATH_LOST("requests arrive and what comes back is lost"),
  /** Unacknowledged data, but fewer than two unanswered retransmissions. */
  SEGMENT_LOST("a segment or two were lost on a path that lives"),
  /** Unanswered data or probes, and a new connection fails too; or no route to the host. */
  UNREACHABLE("the path or the host is dead"),
  /** Everything acknowledged, R unchanged, kernel probes answered: LAR below their period. */
  SERVER_SLOW("the server is slow, stopped, or never accepted the connection"),
  /**
   * Nothing unacknowledged, data not sent, {@code timer=4} in {@code /proc/net/tcp}: a slow server.
   * {@code tcpi_probes} counts window probes here, and {@code TCP_USER_TIMEOUT} closes a healthy
   * path.
   */
  WINDOW_SHUT("the server does not read: its receive window is shut"),
  /** Everything acknowledged, then several kernel probes unanswered, LAR growing. */
  PATH_DIED_AFTER_ACK("the path died after the request was acknowledged"),
  /** RST with R of 1 or more, or more than two round trips after the write, or in mid-use. */
  RESET_DURING_CALL("the connection was reset under a call, which may have run"),
  /** Several connections to one endpoint end within a second, of unlike ages; new ones work. */
  FAILOVER("a failover, a restart or a flushed flow table ended many connections at once"),
  /**
   * Unacknowledged data on connections that were in use, or on several at once: nothing passed for
   * a while (a VRRP move, a live migration, a switch that reconverges). TCP repairs it if nobody
   * gives the connection up.
   */
  PATH_DARK("the path was dark for a while"),
  /** The application or its client closed it. */
  LOCAL_CLOSE("the application or its client closed the connection"),
  /** Given up by the plan before the path could forget it. */
  RETIRED("retired by the plan before the path forgets it"),
  /**
   * {@code READONLY} in answer to a write, a Sentinel's {@code +switch-master}, or like word; or
   * its name leads elsewhere. The evidence says which.
   */
  DEMOTED("another server has taken over"),
  /** The server had announced it: nothing is wrong with the path, the server or its use. */
  PLANNED_MAINTENANCE("maintenance that the server had announced"),

  /** Own SYN-ACKs dropped: as {@link #SYN_LOST}, and {@code IPReversePathFilter} rises here. */
  OWN_REVERSE_PATH_FILTER("this host's reverse path filter dropped the SYN-ACK"),
  /** Connect after n times about 1.02 s with n SYN retransmissions, or never. */
  SYN_LOST("a SYN or its answer was lost"),
  /**
   * Connect some 10 ms late with one SYN retransmission, far below the 1 s of a lost SYN, and
   * {@code OutRsts} rises; or a timeout with {@code OutRsts} rising ({@code tcp_rfc1337=1}).
   */
  STALE_ACK("the server answered the SYN for an old connection in TIME_WAIT"),
  /** {@code EADDRNOTAVAIL} at once. */
  PORTS_EXHAUSTED("no source port is left towards this destination"),
  /** Refusals that alternate with successes at one address. */
  BACKEND_REFUSING("a balancer sends part of the connections to a dead backend"),
  /** Refused, without successes in between. */
  NOT_LISTENING("nothing listens: a restart, or a wrong port"),
  /**
   * Connected, and the server answered the greeting with an error: wrong or no credentials, too
   * many clients, still loading. Its code is among the evidence, its text is not.
   */
  HANDSHAKE_REFUSED("the server is there and refuses the client"),
  /** Connected, and the first reply is not of the protocol spoken. */
  FOREIGN_PROTOCOL("the connection was routed to a server of another protocol"),
  /**
   * Connected, then FIN or RST and not one byte, before or after the client's first. Who hung up
   * and why is not to be seen: a balancer without a live backend does so, and a server that wants
   * TLS, a PROXY header, another client address or fewer connections.
   */
  HUNG_UP("the server, or a balancer in its place, accepts connections and hangs up on them"),

  /** Many connections closed young, by this process. */
  CHURN("connections are closed young: short-lived callers on a long-lived pool"),
  /**
   * As {@link #CHURN}, and {@code TCPTimeWaitOverflow} rises or the TIME_WAIT table is full. Closes
   * then meet resets, without harm to data.
   */
  CHURN_TIME_WAIT_OVERFLOW("so many young closes that the TIME_WAIT table overflows");

  private final String text;

  Explanation(String text) {
    this.text = text;
  }

  /**
   * The sentence for people.
   *
   * @return what may have happened, without a full stop
   */
  public String text() {
    return text;
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
