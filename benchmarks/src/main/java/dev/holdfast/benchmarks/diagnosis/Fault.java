package dev.holdfast.benchmarks.diagnosis;

import static dev.holdfast.diagnosis.Explanation.BACKEND_REFUSING;
import static dev.holdfast.diagnosis.Explanation.CLOSED_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.FAILOVER;
import static dev.holdfast.diagnosis.Explanation.FIN_LOST;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_RESET;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_SILENT;
import static dev.holdfast.diagnosis.Explanation.FOREIGN_PROTOCOL;
import static dev.holdfast.diagnosis.Explanation.HUNG_UP;
import static dev.holdfast.diagnosis.Explanation.LOCAL_CLOSE;
import static dev.holdfast.diagnosis.Explanation.NOT_LISTENING;
import static dev.holdfast.diagnosis.Explanation.OWN_REVERSE_PATH_FILTER;
import static dev.holdfast.diagnosis.Explanation.PATH_DARK;
import static dev.holdfast.diagnosis.Explanation.PATH_DIED_AFTER_ACK;
import static dev.holdfast.diagnosis.Explanation.PORTS_EXHAUSTED;
import static dev.holdfast.diagnosis.Explanation.REPLY_PATH_LOST;
import static dev.holdfast.diagnosis.Explanation.RESET_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.SEGMENT_LOST;
import static dev.holdfast.diagnosis.Explanation.SERVER_CLOSED;
import static dev.holdfast.diagnosis.Explanation.SERVER_IDLE_TIMEOUT;
import static dev.holdfast.diagnosis.Explanation.STALE_ACK;
import static dev.holdfast.diagnosis.Explanation.SYN_LOST;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.kernel.Network;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every fault the lab can inject, with its truth. Where a client cannot tell the truth from
 * something else, that is stated with the fault, and a diagnosis may name it beside the truth; what
 * is not stated it must not name.
 */
@SuppressWarnings("ImmutableEnumChecker") // injections are method references, the set is a copy
public enum Fault {
  /** FIN at the declared timeout. */
  IDLE_TIMEOUT("server idle timeout", ServerFaults::idleTimeout, SERVER_IDLE_TIMEOUT),
  /** FIN of a killed process, nothing in flight. */
  KILLED_IDLE("server killed, idle", ServerFaults::killedWhileIdle, SERVER_CLOSED),
  /** The peer's kernel may have been silent all the time, or forgotten by a middlebox. */
  FIN_LOST_PLAIN("FIN lost", PathDeaths::finLost, FIN_LOST, FLOW_FORGOTTEN_RESET),
  /** A table flushed since the last answered probe looks the same. */
  FIN_LOST_KEEPALIVE(
      "FIN lost, keepalive answered",
      PathDeaths::finLostUnderKeepAlive,
      FIN_LOST,
      FLOW_FORGOTTEN_RESET),
  /** As {@link #FIN_LOST_PLAIN}. */
  FORGOTTEN_RESET(
      "flow forgotten, RST", PathDeaths::forgottenReset, FLOW_FORGOTTEN_RESET, FIN_LOST),
  /** Who sent an RST that met no write is not visible: a middlebox, or a server of any state. */
  FORGOTTEN_RESET_KEEPALIVE(
      "flow forgotten, RST to a probe",
      PathDeaths::forgottenResetUnderKeepAlive,
      FLOW_FORGOTTEN_RESET,
      FIN_LOST,
      SERVER_CLOSED),
  /** The request or its reply was lost; a path that was dark for a moment shows the same. */
  FORGOTTEN_SILENT(
      "flow forgotten, silent, in flight",
      PathDeaths::forgottenSilentInFlight,
      FLOW_FORGOTTEN_SILENT,
      REPLY_PATH_LOST,
      PATH_DARK),
  /** The caller's short wait leaves room for one retransmission: two losses do the same. */
  FORGOTTEN_SILENT_IDLE(
      "flow forgotten, silent, idle",
      PathDeaths::forgottenSilentWhileIdle,
      FLOW_FORGOTTEN_SILENT,
      REPLY_PATH_LOST,
      SEGMENT_LOST),
  /** A new connection fails too; whether the path is dark for a while or for good, nobody knows. */
  DEAD("path dead, in flight", PathDeaths::dead, UNREACHABLE, PATH_DARK),
  /** To one who connects a dead path loses SYNs. */
  DEAD_CONNECT("path dead, connect", PathDeaths::deadAtConnect, UNREACHABLE, SYN_LOST),
  /** No connection dies of it, and none may be called dead. */
  FROZEN("server frozen 3 s", ServerFaults::frozen, null),
  /** The same. */
  WINDOW("window shut 3 s", ServerFaults::windowShut, null),
  /** The kernel's probes go unanswered after everything was acknowledged. */
  DIED_AFTER_ACK("path died after ACK", PathDeaths::diedAfterAck, PATH_DIED_AFTER_ACK),
  /** Who sent an RST is not visible. */
  KILLED_AFTER_EXECUTING(
      "server killed after executing",
      ServerFaults::killedAfterExecuting,
      RESET_DURING_CALL,
      FLOW_FORGOTTEN_RESET),
  /** FIN while a call waits. */
  CLOSED_IN_CALL("server closed during call", ServerFaults::closedDuringCall, CLOSED_DURING_CALL),
  /** Half of all SYNs. */
  SYN_RANDOM("SYN lost at random", ConnectFaults::synLostAtRandom, SYN_LOST),
  /** Every SYN of some ports. */
  SYN_PINNED("SYN lost by port", ConnectFaults::synLostByPort, SYN_LOST),
  /** The filter's counter is the host's: it may have risen for another socket. */
  REVERSE_PATH(
      "own reverse path filter",
      ConnectFaults::ownReversePathFilter,
      OWN_REVERSE_PATH_FILTER,
      SYN_LOST),
  /** The kernel repeats the SYN within two ticks. */
  STALE("stale ACK (NAT)", StaleAcks::repeatedAtOnce, STALE_ACK),
  /** The resets are the host's: the SYN may have been lost while another socket sent them. */
  STALE_PROTECTED("stale ACK, rfc1337", StaleAcks::protectedTimeWait, STALE_ACK, SYN_LOST),
  /** EADDRNOTAVAIL. */
  PORTS("ports exhausted", ConnectFaults::portsExhausted, PORTS_EXHAUSTED),
  /** Refusals alternate with success. */
  REFUSING("one backend refusing", ConnectFaults::backendRefusing, BACKEND_REFUSING),
  /** Refused after it had worked: a restart, or a backend that died behind a balancer. */
  NOBODY_LISTENS("nothing listens", ConnectFaults::notListening, NOT_LISTENING, BACKEND_REFUSING),
  /** A web server behind the balancer. */
  FOREIGN("foreign protocol", ConnectFaults::foreignBackend, FOREIGN_PROTOCOL),
  /** A web server that expects a PROXY header, behind the balancer. */
  HANGS_UP("one backend hangs up", ConnectFaults::backendHangsUp, HUNG_UP),
  /** Idle for unlike times, reset together: so it is where one server's FINs were lost together. */
  MANY_DIE("failover, many die together", PathDeaths::failover, FAILOVER, FIN_LOST),
  /** Not by way of the user's close. */
  CHANNEL_CLOSED("channel closed locally", ServerFaults::closedByChannel, LOCAL_CLOSE),
  /** Nothing to explain. */
  USER_CLOSED("connection closed by its user", ServerFaults::closedByUser, null);

  private final String label;
  private final Injection injection;
  private final @Nullable Explanation truth;
  private final Set<Explanation> stated;

  Fault(String label, Injection injection, @Nullable Explanation truth, Explanation... beside) {
    this.label = label;
    this.injection = injection;
    this.truth = truth;
    this.stated =
        truth == null
            ? Set.of()
            : Set.copyOf(Stream.concat(Stream.of(truth), Stream.of(beside)).toList());
  }

  /**
   * The name in reports.
   *
   * @return a few words
   */
  public String label() {
    return label;
  }

  /**
   * What has to be named.
   *
   * @return the truth; empty if nothing may be said at all
   */
  public Optional<Explanation> truth() {
    return Optional.ofNullable(truth);
  }

  /**
   * What may be named: the truth and what a client cannot tell from it.
   *
   * @return the explanations; none if nothing may be said
   */
  public Set<Explanation> stated() {
    return stated;
  }

  /**
   * How many servers stand behind the router for it.
   *
   * @return at least 1
   */
  public int servers() {
    return this == REFUSING || this == FOREIGN || this == HANGS_UP ? 2 : 1;
  }

  /**
   * Injects the fault, for all runs at once.
   *
   * @param network a network of its own
   * @param runs how many clients suffer it, at least 1
   * @return what was said of it: at least one observation for each run
   * @throws Exception if the fault could not be brought about
   */
  public List<Observation> inject(Network network, int runs) throws Exception {
    try (Bed bed = new Bed(network, runs)) {
      return injection.into(bed).stream().map(said -> new Observation(this, said)).toList();
    }
  }
}
