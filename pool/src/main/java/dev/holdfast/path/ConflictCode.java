package dev.holdfast.path;

/** The contradictions for which no plan is made. */
public enum ConflictCode {
  /** TCP keepalive with its lost probes reaches the idle limit of a hop. */
  E1,
  /** TCP keepalive with its lost probes reaches the unacknowledged limit of a hop. */
  E2,
  /** {@code TCP_USER_TIMEOUT} reaches the unacknowledged limit, or is unset before a silent box. */
  E3,
  /** Only TCP keepalive is used, and a limit on the path does not count it. */
  E4,
  /** The requested idle age is above the safe age of the path. */
  E5,
  /** The ping or check period reaches an idle limit. */
  E6,
  /** A limit is so short that no idle connection is safe to reuse. */
  E7,
  /** The lifetime contradicts the server's max age, a period or the idle age. */
  E8,
  /** TCP keepalive is counted on for a hop that lies behind a terminating hop. */
  E9,
  /**
   * {@code TCP_USER_TIMEOUT} does not fit the keepalive probes. Never a conflict: it is a {@link
   * PathWarning}.
   */
  E10,
  /** The pool opens more connections than there are ports for. */
  E11,
  /** TCP keepalive is requested where the socket would take the operating system's periods. */
  E12
}
