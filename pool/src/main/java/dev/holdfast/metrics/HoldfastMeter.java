package dev.holdfast.metrics;

import java.util.List;

/**
 * Every meter Holdfast publishes, declared once. A guard's carry the tag {@code guard}, a pool's
 * the tag {@code pool}: the name the user gave it. No tag ever holds a key, a value or a
 * credential, and an address only where it is asked for.
 */
public enum HoldfastMeter {
  /** Gauge: guarded connections whose handshake is done. Tags: {@code wire} (epoll, none). */
  CONNECTIONS(
      "holdfast.connections", Kind.GAUGE, "Guarded connections that are up", "guard", "wire"),
  /**
   * Counter: probes before use or while idle, one application ping each. Tags: {@code result}
   * (answered, failed).
   */
  PROBES(
      "holdfast.probes",
      Kind.COUNTER,
      "Pings sent to prove a connection, by result",
      "guard",
      "result"),
  /**
   * Counter: connections given up and replaced. Tags: {@code cause}, the values of {@link
   * dev.holdfast.diagnosis.Cause#tag()}.
   */
  SWAPS("holdfast.swaps", Kind.COUNTER, "Connections given up, by cause", "guard", "cause"),
  /**
   * Counter: what explains connections given up, a second or more after the fact, and connects that
   * failed or took long. What the evidence cannot tell apart is counted under each, so the sum is
   * no number of events. Tags: {@code explanation}, the values of {@link
   * dev.holdfast.diagnosis.Explanation#tag()} and {@code unexplained}.
   */
  DIAGNOSES(
      "holdfast.diagnoses",
      Kind.COUNTER,
      "Connections given up and connects that failed or took long, by what explains it",
      "guard",
      "explanation"),
  /** Counter: calls that failed with an unknown outcome. Tags: {@code call}, the operation. */
  AMBIGUOUS(
      "holdfast.calls.ambiguous",
      Kind.COUNTER,
      "Calls whose outcome is unknown, by operation",
      "guard",
      "call"),
  /** Counter: the same of all operations, at 0 from the start: what an alert is made of. */
  AMBIGUOUS_ALL(
      "holdfast.calls.ambiguous.all", Kind.COUNTER, "Calls whose outcome is unknown", "guard"),
  /**
   * Counter: calls in all, however often each was sent and whatever became of it: what the shares
   * of the others are of. Over Redis a command counts once it has ended, over HttpClient each
   * request, over Reactor Netty each call with its redirects.
   */
  CALLS("holdfast.calls", Kind.COUNTER, "Calls in all", "guard"),
  /**
   * Counter: calls that their caller or the client ended before there was an answer: by a timeout,
   * or by a cancel, which cannot be told from Lettuce's timeout of a synchronous call.
   */
  TIMED_OUT(
      "holdfast.calls.timed_out",
      Kind.COUNTER,
      "Calls ended before their answer by a timeout of the client's, or a cancel",
      "guard"),
  /** Counter: calls that were sent, lost without an answer and sent again. */
  REPLAYED(
      "holdfast.calls.replayed",
      Kind.COUNTER,
      "Replay-safe calls sent again after a loss",
      "guard"),
  /** Counter: calls that had not been sent and moved to the next connection. */
  MOVED(
      "holdfast.calls.moved",
      Kind.COUNTER,
      "Calls never sent and moved to the next connection",
      "guard"),
  /**
   * Counter: calls refused or failed although they certainly did not run. Tags: {@code reason}
   * (held_full, transaction, blocking, unsendable, no_reconnect, unrepeatable).
   */
  NOT_EXECUTED(
      "holdfast.calls.not_executed",
      Kind.COUNTER,
      "Calls that did not run and were not moved",
      "guard",
      "reason"),
  /**
   * Counter: answers by which the server declined a call without running it, whether or not it was
   * sent again. Tags: {@code code} (loading, masterdown, busy, clusterdown, tryagain, readonly;
   * http_429, http_503).
   */
  DECLINED(
      "holdfast.calls.declined",
      Kind.COUNTER,
      "Answers that declined a call without running it",
      "guard",
      "code"),
  /**
   * Gauge, in seconds: the idle age from which a connection is proved before use, the lowest of the
   * guard's addresses; not a number where the source sets none. Tags: {@code source}, the values of
   * {@link dev.holdfast.diagnosis.LimitSource#tag()} (configured, advertised, learned). The lowest
   * of them is in force.
   */
  IDLE_LIMIT(
      "holdfast.idle.limit",
      Kind.GAUGE,
      "Idle age up to which a connection is used without proof",
      "guard",
      "source"),
  /**
   * Timer: how long those connections had been idle, at their use, that were idle for a second or
   * more; its maximum is the number to compare with the limits of the path.
   */
  IDLE_AGE(
      "holdfast.idle.age",
      Kind.TIMER,
      "Idle age of connections at their use, from a second on",
      "guard"),
  /**
   * Summary: the same as a share of the idle limit in force, where there is one. Near 1 the traffic
   * hardly keeps connections within the limit; beyond it each use waits for a proof.
   */
  IDLE_USED(
      "holdfast.idle.used",
      Kind.SUMMARY,
      "Share of the idle limit that had passed at a connection's use",
      "guard"),
  /**
   * Timer: how old connections were at their end. Tags: {@code cause}, the values of {@link
   * dev.holdfast.diagnosis.Cause#tag()}, and {@code closer}, which follows from it, the values of
   * {@link dev.holdfast.diagnosis.Cause#closer()}: peer (or a hop that spoke for it), kernel,
   * guard, client.
   */
  AGE(
      "holdfast.age",
      Kind.TIMER,
      "Age of connections at their end, by cause and by who closed",
      "guard",
      "cause",
      "closer"),
  /**
   * Timer: the kernel's smoothed round trip, of the readings that are made before uses and during
   * waits, ten a second at most. Behind a proxy it is the way to the proxy.
   */
  RTT("holdfast.rtt", Kind.TIMER, "Smoothed round trip of connections in use", "guard"),
  /**
   * Summary: segments sent again since the connection's reading before, of readings that found
   * some: its sum is their number, its maximum the worst loss of one connection at once.
   */
  RETRANSMISSIONS(
      "holdfast.retransmissions",
      Kind.SUMMARY,
      "Segments sent again, of readings that found some",
      "guard"),
  /** Timer: how long calls were held until the path was proved or the connection replaced. */
  HOLD("holdfast.hold", Kind.TIMER, "Time calls were held", "guard"),
  /**
   * Timer: connects, over all their dials and the wait at the gate. Tags: {@code result}, the
   * values of {@link dev.holdfast.gate.ConnectOutcome#tag()}.
   */
  CONNECTS("holdfast.connects", Kind.TIMER, "Time connects took, by result", "guard", "result"),
  /**
   * Counter: dials after the first of a connect. Tags: {@code reason}, the values of {@link
   * dev.holdfast.dial.RedialReason#tag()} (silence, refused, foreign, hung_up).
   */
  REDIALS(
      "holdfast.redials",
      Kind.COUNTER,
      "Dials repeated from another source port, by reason",
      "guard",
      "reason"),
  /**
   * Counter: repetitions that were not made because too many in a row came to nothing, see {@link
   * dev.holdfast.internal.retry.RetryBudget}. Tags: {@code kind} (redial, replay, declined).
   */
  RETRIES_WITHHELD(
      "holdfast.retries.withheld",
      Kind.COUNTER,
      "Redials and replays withheld, as too many came to nothing",
      "guard",
      "kind"),
  /** Timer: how long those connects waited that had to wait for a source port. */
  PORT_WAIT("holdfast.ports.wait", Kind.TIMER, "Time connects waited for a source port", "guard"),
  /**
   * Gauge: source ports towards the destination that has used most of its range. Tags: {@code
   * state} (open, time_wait, elsewhere).
   */
  PORTS(
      "holdfast.ports",
      Kind.GAUGE,
      "Source ports towards the busiest destination, by state",
      "guard",
      "state"),
  /** Gauge: how many source ports there are towards that destination. */
  PORTS_RANGE(
      "holdfast.ports.range",
      Kind.GAUGE,
      "Source ports there are towards the busiest destination",
      "guard"),
  /** Counter: connects refused before their dial. Tags: {@code reason} (ports, down). */
  CONNECTS_REFUSED(
      "holdfast.connects.refused",
      Kind.COUNTER,
      "Connects refused before their dial, by reason",
      "guard",
      "reason"),
  /**
   * Gauge: endpoints by what is done with those who want to dial. Tags: {@code state} (calm,
   * probing, refilling).
   */
  ENDPOINTS(
      "holdfast.endpoints", Kind.GAUGE, "Endpoints by state of the connect gate", "guard", "state"),
  /**
   * Counter: what happened at each endpoint; only for guards that are asked for it, see their
   * builders' {@code endpointMeters}. Tags: {@code endpoint}, {@code address:port} of the first so
   * many, then {@code other}; {@code event} (connected, connect_failed, given_up).
   */
  ENDPOINT_EVENTS(
      "holdfast.endpoint.events",
      Kind.COUNTER,
      "What happened at each endpoint, where it is asked for",
      "guard",
      "endpoint",
      "event"),
  /**
   * Gauge: a pool's connections. Tags: {@code state} (idle, active, connecting, proving, closing).
   * Their sum is at most {@link #POOL_MAX}.
   */
  POOL_CONNECTIONS(
      "holdfast.pool.connections", Kind.GAUGE, "Connections of a pool, by state", "pool", "state"),
  /** Gauge: how many connections a pool may have. */
  POOL_MAX("holdfast.pool.max", Kind.GAUGE, "The most connections a pool may have", "pool"),
  /** Gauge: callers that wait for a connection of a pool. */
  POOL_WAITING(
      "holdfast.pool.waiting", Kind.GAUGE, "Callers waiting for a connection of a pool", "pool"),
  /**
   * Counter: connections lent, of all acquires. The time in use on average is the mean of {@link
   * #POOL_CONNECTIONS} in state {@code active} by the rate of this: no clock is read for it.
   */
  POOL_LENT("holdfast.pool.lent", Kind.COUNTER, "Connections lent by a pool", "pool"),
  /** Timer: how long those acquires took that had to wait and got a connection. */
  POOL_WAIT(
      "holdfast.pool.wait", Kind.TIMER, "Time acquires waited for a connection of a pool", "pool"),
  /**
   * Timer: how long connections were on loan, of leases that were returned; their number is {@link
   * #POOL_LENT}. Where a pool is used so often that it has ticks of 10 ms in place of clock reads,
   * made of those: exact as a sum, without a maximum.
   */
  POOL_USE("holdfast.pool.use", Kind.TIMER, "Time connections of a pool were in use", "pool"),
  /** Timer: how long dials took that connected, the wait at a gate included. */
  POOL_CREATE(
      "holdfast.pool.create", Kind.TIMER, "Time it took to open connections of a pool", "pool"),
  /** Counter: acquires that got no connection. Tags: {@code reason} (timeout, waiters). */
  POOL_REFUSED(
      "holdfast.pool.refused",
      Kind.COUNTER,
      "Acquires without a connection, by reason",
      "pool",
      "reason"),
  /** Counter: dials of a pool. Tags: {@code result} (connected, failed). */
  POOL_CONNECTS(
      "holdfast.pool.connects", Kind.COUNTER, "Dials of a pool, by result", "pool", "result"),
  /**
   * Counter: connections a pool has closed. Tags: {@code reason}, the values of {@code
   * dev.holdfast.pool.CloseReason#tag()}.
   */
  POOL_CLOSED(
      "holdfast.pool.closed",
      Kind.COUNTER,
      "Connections closed by a pool, by reason",
      "pool",
      "reason"),
  /** Timer: how old connections of a pool were at their end. Tags: {@code reason}, the same. */
  POOL_AGE(
      "holdfast.pool.age",
      Kind.TIMER,
      "Age of a pool's connections at their end, by reason",
      "pool",
      "reason"),
  /**
   * Counter: connections closed because their borrower left something behind on them. Tags: {@code
   * residue}, what it was.
   */
  POOL_RESIDUES(
      "holdfast.pool.residues",
      Kind.COUNTER,
      "Connections returned in a dubious state, by what it is",
      "pool",
      "residue"),
  /** Counter: proofs of a pool's idle connections. Tags: {@code result} (answered, failed). */
  POOL_PROOFS(
      "holdfast.pool.proofs",
      Kind.COUNTER,
      "Proofs of a pool's idle connections, by result",
      "pool",
      "result"),
  /** Counter: leases of a pool that were out for longer than the leak detection allows. */
  POOL_LEAKS(
      "holdfast.pool.leaks", Kind.COUNTER, "Leases of a pool that were out for too long", "pool");

  private final String meterName;
  private final Kind kind;
  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> tags;

  HoldfastMeter(String meterName, Kind kind, String description, String... tags) {
    this.meterName = meterName;
    this.kind = kind;
    this.description = description;
    this.tags = List.of(tags);
  }

  /** What is measured. */
  public enum Kind {
    /** Only rises. */
    COUNTER,
    /** A value of the moment. */
    GAUGE,
    /** Times, with their number, sum and maximum. */
    TIMER,
    /** The same of numbers without a unit. */
    SUMMARY
  }

  /**
   * What is measured.
   *
   * @return the kind of Micrometer's meter
   */
  public Kind kind() {
    return kind;
  }

  /**
   * What the meter is told apart by.
   *
   * @return the keys of its tags
   */
  public List<String> tags() {
    return tags;
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
