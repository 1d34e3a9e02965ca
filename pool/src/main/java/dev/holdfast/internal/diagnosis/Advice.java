package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.PortBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What to change: which setting, where, to what value, with the arithmetic. Pure. Advice on idle
 * ages is in {@link IdleAdvice}.
 */
final class Advice {

  private static final String ON_DARKNESS =
      "no setting of client or server: look on the path for a move or a reconvergence at this time";

  private static final String ON_SLOWNESS =
      "keep the connection and shed load: reconnecting adds to it; look at the server (slow calls,"
          + " CPU, swap, a full accept queue), or raise the deadline of slow calls";

  private Advice() {}

  /** On what a connection outlived. */
  static List<String> onSilence(boolean orServerSlow) {
    return orServerSlow ? List.of(ON_SLOWNESS, ON_DARKNESS) : List.of(ON_DARKNESS);
  }

  static List<String> on(List<Explanation> explanations, Signs signs) {
    Set<String> lines = new LinkedHashSet<>();
    for (Explanation explanation : explanations) {
      lines.addAll(on(explanation, signs));
    }
    return List.copyOf(lines);
  }

  private static List<String> on(Explanation explanation, Signs signs) {
    return switch (explanation) {
      case FIN_LOST, FLOW_FORGOTTEN_RESET, FLOW_FORGOTTEN_SILENT, SERVER_IDLE_TIMEOUT ->
          signs instanceof DeathSigns death ? IdleAdvice.on(explanation, death) : List.of();
      case SERVER_CLOSED ->
          List.of("read the server's log for a restart, a kill or a client limit at that moment");
      case UNASKED_INPUT ->
          List.of(
              "look up the idle timeout of the server and the balancer (408 is a farewell at it)"
                  + " and declare it: connections are then retired before; if the bytes are of"
                  + " another protocol, look where the balancer leads");
      case CLOSED_DURING_CALL, RESET_DURING_CALL ->
          List.of(
              (signs instanceof DeathSigns death && death.arrived() == Answer.NO
                      ? "no call has run; "
                      : "the call may have run: repeat it only if that is safe; ")
                  + "read the server's log for a restart, a kill or an output buffer limit");
      case REPLY_PATH_LOST ->
          List.of(
              "calls may have run although no answer came; if this recurs without idle time, look"
                  + " for a one-way loss on the way back");
      case SEGMENT_LOST ->
          List.of(
              "nothing, if rare; if frequent, look for loss on the path (nstat TcpRetransSegs)");
      case UNREACHABLE ->
          List.of("back off between connects; check the host, its route, and firewalls on the way");
      case SERVER_SLOW -> List.of(ON_SLOWNESS);
      case WINDOW_SHUT ->
          List.of(
              "the server does not read what it is sent: send less, or look why it is stopped;"
                  + " TCP_USER_TIMEOUT closes such a healthy connection, so keep it above the"
                  + " longest pause");
      case PATH_DIED_AFTER_ACK ->
          List.of(
              "the call has run or will; keep TCP keepalive on, nothing else finds this out"
                  + keepAlive(signs));
      case FAILOVER ->
          List.of(
              "stagger reconnects; where the balancer can, let it drain or reset flows before it"
                  + " moves, instead of forgetting them");
      case DEMOTED ->
          List.of(
              "the next connection leads to where the name, the Sentinels or the cluster say by"
                  + " now; if that is the old server again, keep names for less time"
                  + " (networkaddress.cache.ttl); for Redis, or ask a Sentinel instead of a name");
      case PATH_DARK -> List.of(ON_DARKNESS);
      case LOCAL_CLOSE, RETIRED, PLANNED_MAINTENANCE -> List.of();
      case OWN_REVERSE_PATH_FILTER ->
          List.of(
              "this host's rp_filter is strict and answers come in by another interface: set"
                  + " net.ipv4.conf.<interface>.rp_filter=2, or mend the routes");
      case SYN_LOST ->
          List.of(
              "redial early from another port: a lost SYN costs 1.02 s; on the far side read"
                  + " ListenOverflows, ListenDrops, PAWSTimewait, IPReversePathFilter and the"
                  + " firewall's and NAT's drop counters");
      case STALE_ACK ->
          List.of(
              "another client behind the same NAT address used this port within the server's"
                  + " TIME_WAIT: more NAT addresses or ports, longer-lived connections; with"
                  + " net.ipv4.tcp_rfc1337=1 at the server connects time out, set it to 0");
      case PORTS_EXHAUSTED, CHURN, CHURN_TIME_WAIT_OVERFLOW -> closeLess(explanation, signs);
      case BACKEND_REFUSING ->
          List.of(
              "compare the balancer's backend list with what listens: a stable share of refusals of"
                  + " about 1/n is one dead backend of n");
      case NOT_LISTENING -> List.of("check that the server runs and listens on this port");
      case HANDSHAKE_REFUSED ->
          List.of(
              "by the server's error: WRONGPASS, NOAUTH, NOPERM: check user, password and ACL; max"
                  + " number of clients: raise maxclients or open fewer connections; LOADING,"
                  + " MASTERDOWN, BUSY: wait");
      case FOREIGN_PROTOCOL ->
          List.of(
              "compare the balancer's target port with the server's: part of the connections reach"
                  + " another service");
      case HUNG_UP ->
          List.of(
              "read the balancer's list of live backends, then the server's log at this time: its"
                  + " limits of connections and of client addresses; whether this port wants TLS"
                  + " or a PROXY header");
    };
  }

  private static String keepAlive(Signs signs) {
    return signs
        .plan()
        .flatMap(ConnectionPlan::keepAlive)
        .map(k -> " (planned: dead after " + Figures.text(k.deadPeerTime()) + ")")
        .orElse("");
  }

  private static List<String> closeLess(Explanation explanation, Signs signs) {
    List<String> lines = new ArrayList<>();
    lines.add("keep connections open and reuse them; give short-lived callers their own");
    Optional<PortBudget> budget = signs.plan().map(ConnectionPlan::portBudget);
    if (explanation == Explanation.CHURN_TIME_WAIT_OVERFLOW) {
      lines.add("net.ipv4.tcp_max_tw_buckets is too low for this rate: raise it, or close less");
    } else {
      budget.ifPresent(b -> lines.add("stay below the port budget of " + arithmetic(b)));
    }
    if (explanation == Explanation.PORTS_EXHAUSTED) {
      lines.add(
          "add source addresses, widen net.ipv4.ip_local_port_range, or set"
              + " net.ipv4.tcp_tw_reuse=1");
    }
    return lines;
  }

  private static String arithmetic(PortBudget budget) {
    Duration hold = budget.hold();
    return "%s: %d ports * %d addresses / %s"
        .formatted(
            Figures.rate(budget.connectsPerSecond()),
            budget.ports(),
            budget.sources(),
            Figures.text(hold));
  }
}
