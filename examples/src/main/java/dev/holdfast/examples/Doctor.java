package dev.holdfast.examples;

import dev.holdfast.examples.Finding.Level;
import dev.holdfast.internal.gate.LocalPorts;
import dev.holdfast.internal.wire.HostReading;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PortBudget;
import dev.holdfast.path.ServerLimits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Holds what a host and a server say against the limits of common middleboxes. Pure. */
final class Doctor {
  /** Of these presets one is on most paths; each forgets without a word. */
  private static final List<HopPreset> COMMON =
      List.of(
          HopPreset.AZURE_LB,
          HopPreset.LINUX_CONNTRACK,
          HopPreset.K8S_IPVS,
          HopPreset.AWS_NLB,
          HopPreset.AWS_NAT_GATEWAY,
          HopPreset.GCP_VPC);

  /** The margins of a path nobody described. */
  private static final NetworkPath DEFAULTS =
      NetworkPath.to(ServerLimits.withoutIdleTimeout("server"));

  private static final Duration SLACK = DEFAULTS.rtt().plus(DEFAULTS.schedulingSlop());

  /** {@code tcp_retries2} of 15: 924.6 s and more. */
  private static final long PATIENT_RETRIES = 15;

  private record Forgets(String hop, Duration after) {
    String text() {
      return hop + " " + after.toSeconds() + " s";
    }
  }

  private final Function<String, Optional<String>> settings;
  private final Optional<HostReading> counters;
  private final List<String> interfaces;

  /**
   * @param settings reads a sysctl by its name
   */
  Doctor(Function<String, Optional<String>> settings, Optional<HostReading> counters) {
    this(settings, counters, List.of());
  }

  /**
   * @param settings reads a sysctl by its name
   * @param interfaces this host's, but its loopback
   */
  Doctor(
      Function<String, Optional<String>> settings,
      Optional<HostReading> counters,
      List<String> interfaces) {
    this.settings = settings;
    this.counters = counters;
    this.interfaces = interfaces;
  }

  private static List<Forgets> forgetting() {
    return COMMON.stream()
        .map(HopPreset::hop)
        .map(
            hop ->
                new Forgets(
                    hop.name(),
                    hop.unacknowledgedLimit()
                        .filter(limit -> limit.compareTo(hop.idleLimit()) < 0)
                        .orElse(hop.idleLimit())))
        .sorted(Comparator.comparing(Forgets::after))
        .toList();
  }

  private static String names(List<Forgets> hops) {
    return hops.stream().map(Forgets::text).collect(Collectors.joining(", "));
  }

  private static List<Forgets> before(Duration time) {
    return forgetting().stream()
        .filter(hop -> time.plus(SLACK).compareTo(hop.after()) >= 0)
        .toList();
  }

  List<Finding> onServer(ServerFacts server) {
    List<Finding> findings = new ArrayList<>();
    server.idleTimeout().ifPresent(timeout -> findings.add(idleTimeout(timeout)));
    server.advertised().ifPresent(timeout -> findings.add(advertised(timeout)));
    server
        .keepAlive()
        .filter(period -> !period.isZero() && !before(period).isEmpty())
        .ifPresent(
            period ->
                findings.add(
                    new Finding(
                        Level.NOTE,
                        "server's tcp-keepalive " + period.toSeconds() + " s",
                        "too rare to keep a flow in " + names(before(period)),
                        "count on pings from this side, or set it to " + safePeriod() + " s")));
    if (!server.silence().isEmpty()) {
      findings.add(
          new Finding(
              Level.UNKNOWN,
              "server's idle timeout",
              server.silence() + "; unknown is not unlimited",
              "ask who runs it, and declare it"));
    }
    return findings;
  }

  private static long safePeriod() {
    return DEFAULTS.safePeriod(forgetting().get(0).after()).toSeconds();
  }

  private static Finding idleTimeout(Duration timeout) {
    if (timeout.isZero()) {
      return new Finding(
          Level.NOTE,
          "server's idle timeout off",
          "only the hops limit idle connections, as " + names(forgetting()),
          "declare the hops; where they are not known, ping every " + safePeriod() + " s");
    }
    String what = "server's idle timeout " + timeout.toSeconds() + " s";
    String ping =
        "ping every <= %d s, below (%d s - %s s) / %d"
            .formatted(
                DEFAULTS.safePeriod(timeout).toSeconds(),
                timeout.toSeconds(),
                SLACK.toMillis() / 1_000.0,
                DEFAULTS.lostProbes() + 1);
    List<Forgets> sooner = before(timeout);
    if (sooner.isEmpty()) {
      return new Finding(
          Level.OK,
          what,
          "its FIN arrives before any of " + names(forgetting()) + " forgets",
          ping
              + ", or reuse no connection idle for longer than "
              + DEFAULTS.safeAge(timeout).toSeconds()
              + " s");
    }
    return new Finding(
        Level.UNSAFE,
        what,
        "not below "
            + names(sooner)
            + ": behind one of them its FIN is lost, and the next call is"
            + " reset or swallowed",
        "lower it below %d s, or ping every <= %d s"
            .formatted(
                sooner.get(0).after().minus(SLACK).toSeconds(),
                DEFAULTS.safePeriod(sooner.get(0).after()).toSeconds()));
  }

  private static Finding advertised(Duration timeout) {
    Duration safe = DEFAULTS.safeAge(timeout);
    return new Finding(
        Level.OK,
        "server announces Keep-Alive timeout " + timeout.toSeconds() + " s",
        safe.isZero()
            ? "no connection can safely be reused"
            : "a connection idle for up to " + safe.toMillis() / 1_000.0 + " s may be reused",
        "");
  }

  List<Finding> onHost() {
    List<Finding> findings = new ArrayList<>();
    keepAlive().ifPresent(findings::add);
    number("net.ipv4.tcp_retries2")
        .filter(retries -> retries >= PATIENT_RETRIES)
        .ifPresent(
            retries ->
                findings.add(
                    new Finding(
                        Level.NOTE,
                        "net.ipv4.tcp_retries2 " + retries,
                        "a call on a dead path waits for more than 924 s unless something else ends"
                            + " it",
                        "set TCP_USER_TIMEOUT, as a plan does, or a call timeout")));
    ports().ifPresent(findings::add);
    timeWait().ifPresent(findings::add);
    reversePathFilter().ifPresent(findings::add);
    ownConntrack().ifPresent(findings::add);
    count(findings, "TcpExt.IPReversePathFilter", "packets dropped by this host's rp_filter");
    count(findings, "TcpExt.TCPTimeWaitOverflow", "closes past tcp_max_tw_buckets: churn");
    if (findings.isEmpty()) {
      findings.add(new Finding(Level.UNKNOWN, "this host", "shows no settings: not Linux", ""));
    }
    return findings;
  }

  private Optional<Finding> keepAlive() {
    return number("net.ipv4.tcp_keepalive_time")
        .map(
            seconds -> {
              List<Forgets> sooner = before(Duration.ofSeconds(seconds));
              String what = "net.ipv4.tcp_keepalive_time " + seconds + " s";
              return sooner.isEmpty()
                  ? new Finding(Level.OK, what, "below every common limit", "")
                  : new Finding(
                      Level.UNSAFE,
                      what,
                      "a socket that only switches keepalive on probes first after "
                          + names(sooner)
                          + " forgot its flow",
                      "set TCP_KEEPIDLE on the socket, as a plan does, or this to " + safePeriod());
            });
  }

  private Optional<Finding> ports() {
    return LocalPorts.read(settings)
        .map(
            local -> {
              PortBudget budget = local.budget(1, false);
              String kept =
                  local.reserved() == 0 ? "" : ", " + local.reserved() + " more are reserved";
              return new Finding(
                  Level.OK,
                  "%d local ports%s".formatted(local.ports(), kept),
                  "%.0f new connections a second to one destination, if this side closes them (%d / %s s)"
                      .formatted(
                          budget.connectsPerSecond(),
                          local.ports(),
                          BigDecimal.valueOf(budget.hold().toMillis(), 3)
                              .stripTrailingZeros()
                              .toPlainString()),
                  "");
            });
  }

  /** In force for an interface is the larger of its own value and that of all. */
  private Optional<Finding> reversePathFilter() {
    long all = number("net.ipv4.conf.all.rp_filter").orElse(0L);
    List<String> strict =
        interfaces.stream()
            .filter(
                name ->
                    Math.max(
                            all,
                            number("net.ipv4.conf." + name.replace('.', '/') + ".rp_filter")
                                .orElse(0L))
                        == 1)
            .toList();
    if (all != 1 && strict.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            Level.NOTE,
            all == 1
                ? "net.ipv4.conf.all.rp_filter 1"
                : "rp_filter 1 on " + String.join(", ", strict),
            "strict: with more than one interface SYN-ACKs may be dropped here",
            "set 2 if connects time out and IPReversePathFilter rises"));
  }

  private Optional<Finding> timeWait() {
    Optional<Long> limit = number("net.ipv4.tcp_max_tw_buckets");
    if (limit.isEmpty() || counters.isEmpty() || counters.get().timeWait().isEmpty()) {
      return Optional.empty();
    }
    long sockets = counters.get().timeWait().getAsLong();
    boolean full = sockets >= 0.95 * limit.get();
    return Optional.of(
        new Finding(
            full ? Level.UNSAFE : Level.OK,
            "%d of %d TIME_WAIT sockets".formatted(sockets, limit.get()),
            full ? "the table is full, closes are met by resets" : "there is room",
            full ? "keep connections open, or raise net.ipv4.tcp_max_tw_buckets" : ""));
  }

  private Optional<Finding> ownConntrack() {
    String prefix = "net.netfilter.nf_conntrack_";
    if (number(prefix + "count").filter(flows -> flows > 0).isEmpty()) {
      return Optional.empty();
    }
    Optional<Long> unacknowledged = number(prefix + "tcp_timeout_unacknowledged");
    Optional<Long> established = number(prefix + "tcp_timeout_established");
    return unacknowledged.flatMap(
        u ->
            established.map(
                e ->
                    new Finding(
                        Level.NOTE,
                        "this host tracks connections",
                        "it forgets an idle flow after "
                            + e
                            + " s, one with unacknowledged data after "
                            + u
                            + " s; other hops are not visible from here",
                        "declare it: --hop linux-conntrack:idle="
                            + e
                            + "s,unacknowledged="
                            + u
                            + "s")));
  }

  private void count(List<Finding> findings, String counter, String meaning) {
    counters
        .map(reading -> reading.counter(counter))
        .filter(value -> value.isPresent() && value.getAsLong() > 0)
        .ifPresent(
            value ->
                findings.add(
                    new Finding(
                        Level.NOTE,
                        counter + " " + value.getAsLong(),
                        meaning + ", by any process since the start",
                        "")));
  }

  private Optional<Long> number(String setting) {
    return settings.apply(setting).filter(Doctor::isNumber).map(Long::parseLong);
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,18}");
  }
}
