package dev.holdfast.metrics;

/**
 * Every meter Holdfast publishes, declared once. All carry the tag {@code guard}: the name the user
 * gave the guard. No tag ever holds a key, a value, an address or a credential.
 */
public enum HoldfastMeter {
  /** Gauge: guarded connections whose handshake is done. Tags: {@code wire} (epoll, none). */
  CONNECTIONS("holdfast.connections", "Guarded connections that are up"),
  /**
   * Counter: probes before use or while idle, one application ping each. Tags: {@code result}
   * (answered, failed).
   */
  PROBES("holdfast.probes", "Pings sent to prove a connection, by result"),
  /**
   * Counter: connections given up and replaced. Tags: {@code cause}, the values of {@link
   * dev.holdfast.diagnosis.Cause#tag()}.
   */
  SWAPS("holdfast.swaps", "Connections given up, by cause"),
  /**
   * Counter: what explains connections given up, a second or more after the fact, and connects that
   * failed or took long. What the evidence cannot tell apart is counted under each, so the sum is
   * no number of events. Tags: {@code explanation}, the values of {@link
   * dev.holdfast.diagnosis.Explanation#tag()} and {@code unexplained}.
   */
  DIAGNOSES(
      "holdfast.diagnoses",
      "Connections given up and connects that failed or took long, by what explains it"),
  /** Counter: calls that failed with an unknown outcome. Tags: {@code call}, the operation. */
  AMBIGUOUS("holdfast.calls.ambiguous", "Calls whose outcome is unknown, by operation"),
  /** Counter: the same of all operations, at 0 from the start: what an alert is made of. */
  AMBIGUOUS_ALL("holdfast.calls.ambiguous.all", "Calls whose outcome is unknown"),
  /** Counter: calls that were sent, lost without an answer and sent again. */
  REPLAYED("holdfast.calls.replayed", "Replay-safe calls sent again after a loss"),
  /** Counter: calls that had not been sent and moved to the next connection. */
  MOVED("holdfast.calls.moved", "Calls never sent and moved to the next connection"),
  /**
   * Counter: calls refused or failed although they certainly did not run. Tags: {@code reason}
   * (held_full, transaction, blocking, no_reconnect).
   */
  NOT_EXECUTED("holdfast.calls.not_executed", "Calls that did not run and were not moved"),
  /**
   * Gauge, in seconds: the idle age from which a connection is proved before use, the lowest of the
   * guard's addresses; not a number where the source sets none. Tags: {@code source}, the values of
   * {@link dev.holdfast.diagnosis.LimitSource#tag()} (configured, advertised, learned). The lowest
   * of them is in force.
   */
  IDLE_LIMIT("holdfast.idle.limit", "Idle age up to which a connection is used without proof"),
  /**
   * Timer: how long those connections had been idle, at their use, that were idle for a second or
   * more; its maximum is the number to compare with the limits of the path.
   */
  IDLE_AGE("holdfast.idle.age", "Idle age of connections at their use, from a second on"),
  /**
   * Summary: the same as a share of the idle limit in force, where there is one. Near 1 the traffic
   * hardly keeps connections within the limit; beyond it each use waits for a proof.
   */
  IDLE_USED("holdfast.idle.used", "Share of the idle limit that had passed at a connection's use"),
  /** Timer: how long calls were held until the path was proved or the connection replaced. */
  HOLD("holdfast.hold", "Time calls were held"),
  /**
   * Timer: connects, over all their dials and the wait at the gate. Tags: {@code result}, the
   * values of {@link dev.holdfast.connect.ConnectOutcome#tag()}.
   */
  CONNECTS("holdfast.connects", "Time connects took, by result"),
  /**
   * Counter: dials after the first of a connect. Tags: {@code reason}, the values of {@link
   * dev.holdfast.connect.RedialReason#tag()} (silence, refused, foreign).
   */
  REDIALS("holdfast.redials", "Dials repeated from another source port, by reason"),
  /** Timer: how long those connects waited that had to wait for a source port. */
  PORT_WAIT("holdfast.ports.wait", "Time connects waited for a source port"),
  /**
   * Gauge: source ports towards the destination that has used most of its range. Tags: {@code
   * state} (open, time_wait, elsewhere).
   */
  PORTS("holdfast.ports", "Source ports towards the busiest destination, by state"),
  /** Gauge: how many source ports there are towards that destination. */
  PORTS_RANGE("holdfast.ports.range", "Source ports there are towards the busiest destination"),
  /** Counter: connects refused before their dial. Tags: {@code reason} (ports, down). */
  CONNECTS_REFUSED("holdfast.connects.refused", "Connects refused before their dial, by reason"),
  /**
   * Gauge: endpoints by what is done with those who want to dial. Tags: {@code state} (calm,
   * probing, refilling).
   */
  ENDPOINTS("holdfast.endpoints", "Endpoints by state of the connect gate"),
  /**
   * Gauge: a pool's connections. Tags: {@code state} (idle, active, connecting, proving, closing).
   * Their sum is at most {@link #POOL_MAX}.
   */
  POOL_CONNECTIONS("holdfast.pool.connections", "Connections of a pool, by state"),
  /** Gauge: how many connections a pool may have. */
  POOL_MAX("holdfast.pool.max", "The most connections a pool may have"),
  /** Gauge: callers that wait for a connection of a pool. */
  POOL_WAITING("holdfast.pool.waiting", "Callers waiting for a connection of a pool"),
  /**
   * Counter: connections lent, of all acquires. The time in use on average is the mean of {@link
   * #POOL_CONNECTIONS} in state {@code active} by the rate of this: no clock is read for it.
   */
  POOL_LENT("holdfast.pool.lent", "Connections lent by a pool"),
  /** Timer: how long those acquires took that had to wait and got a connection. */
  POOL_WAIT("holdfast.pool.wait", "Time acquires waited for a connection of a pool"),
  /** Counter: acquires that got no connection. Tags: {@code reason} (timeout, waiters). */
  POOL_REFUSED("holdfast.pool.refused", "Acquires without a connection, by reason"),
  /** Counter: dials of a pool. Tags: {@code result} (connected, failed). */
  POOL_CONNECTS("holdfast.pool.connects", "Dials of a pool, by result"),
  /**
   * Counter: connections a pool has closed. Tags: {@code reason}, the values of {@code
   * dev.holdfast.pool.CloseReason#tag()}.
   */
  POOL_CLOSED("holdfast.pool.closed", "Connections closed by a pool, by reason"),
  /**
   * Counter: connections closed because their borrower left something behind on them. Tags: {@code
   * residue}, what it was.
   */
  POOL_RESIDUES("holdfast.pool.residues", "Connections returned in a dubious state, by what it is"),
  /** Counter: proofs of a pool's idle connections. Tags: {@code result} (answered, failed). */
  POOL_PROOFS("holdfast.pool.proofs", "Proofs of a pool's idle connections, by result"),
  /** Counter: leases of a pool that were out for longer than the leak detection allows. */
  POOL_LEAKS("holdfast.pool.leaks", "Leases of a pool that were out for too long");

  private final String meterName;
  private final String description;

  HoldfastMeter(String meterName, String description) {
    this.meterName = meterName;
    this.description = description;
  }

  /**
   * The Micrometer name.
   *
   * @return dotted lower case
   */
  public String meterName() {
    return meterName;
  }

  /**
   * The description registered with the meter.
   *
   * @return one line
   */
  public String description() {
    return description;
  }
}
