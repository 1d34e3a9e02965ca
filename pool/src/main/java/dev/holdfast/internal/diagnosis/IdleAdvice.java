package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.internal.diagnosis.DeclaredLimits.Limit;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Advice on connections that were idle for too long. Pure. */
final class IdleAdvice {

  /** Pings more often than this cost more than a new connection (R3). */
  private static final Duration LEAST_PERIOD = Duration.ofSeconds(10);

  /** The arithmetic's defaults, for a path that nobody declared. */
  private static final NetworkPath UNDECLARED =
      NetworkPath.to(ServerLimits.withoutIdleTimeout("undeclared"));

  private IdleAdvice() {}

  static List<String> on(Explanation explanation, DeathSigns signs) {
    List<String> lines = new ArrayList<>();
    Optional<ConnectionPlan> plan = signs.plan();
    NetworkPath path = plan.map(ConnectionPlan::path).orElse(UNDECLARED);
    if (explanation != Explanation.SERVER_IDLE_TIMEOUT) {
      lines.addAll(serverOutlivesHop(path));
    }
    Optional<Limit> shortest = DeclaredLimits.of(path).stream().findFirst();
    boolean explained =
        shortest.isPresent()
            && signs.idle().plus(DeclaredLimits.slack(path)).compareTo(shortest.get().value()) >= 0;
    if (explained) {
      lines.add(stayBelow(path, shortest.get().value(), shortest.get().text()));
      plan.flatMap(IdleAdvice::rarePings).ifPresent(lines::add);
    } else if (signs.idle().compareTo(Duration.ofSeconds(1)) >= 0) {
      lines.add(undeclared(shortest, signs.idle()));
      lines.add(stayBelow(path, signs.idle(), "the age seen, " + Figures.text(signs.idle())));
    }
    return lines;
  }

  /** A hop that forgets before the server closes drops the server's FIN. */
  private static List<String> serverOutlivesHop(NetworkPath path) {
    Optional<Duration> timeout = DeclaredLimits.serverTimeout(path.server());
    if (timeout.isEmpty()) {
      return List.of();
    }
    Duration slack = DeclaredLimits.slack(path);
    return path.hops().stream()
        .flatMap((Hop hop) -> DeclaredLimits.of(hop).stream())
        .filter(limit -> timeout.get().plus(slack).compareTo(limit.value()) >= 0)
        .map(limit -> lowerTimeout(path.server().name(), timeout.get(), limit, slack))
        .toList();
  }

  private static String lowerTimeout(String server, Duration timeout, Limit limit, Duration slack) {
    Duration room = limit.value().minus(slack);
    String fix =
        room.compareTo(Duration.ofSeconds(1)) > 0
            ? "lower it to <= %d s (below %s - %s), so that its FIN arrives"
                .formatted(
                    room.minusNanos(1).toSeconds(),
                    Figures.text(limit.value()),
                    Figures.text(slack))
            : "its FIN cannot arrive";
    return "%s's idle timeout %s is not below %s: %s"
        .formatted(server, Figures.text(timeout), limit.text(), fix);
  }

  private static String stayBelow(NetworkPath path, Duration limit, String whose) {
    Duration period = path.safePeriod(limit);
    Duration age = path.safeAge(limit);
    if (age.isZero()) {
      return whose + " leaves no safe age: prove a connection before each use, or do not reuse it";
    }
    String reuse =
        "reuse no connection idle for more than %s, 10 %% or at least %s below %s"
            .formatted(Figures.text(age), Figures.text(margin(path)), whose);
    if (period.compareTo(LEAST_PERIOD) < 0) {
      return reuse;
    }
    return "send an application ping every <= %s, below (%s - %s) / %d for %d lost ones; or %s"
        .formatted(
            Figures.text(period),
            Figures.text(limit),
            Figures.text(margin(path)),
            path.lostProbes() + 1,
            path.lostProbes(),
            reuse);
  }

  private static Duration margin(NetworkPath path) {
    return path.rtt().plus(path.schedulingSlop());
  }

  private static Optional<String> rarePings(ConnectionPlan plan) {
    return plan.pingPeriod()
        .map(
            period ->
                "the plan pings every %s: check that pings are on, and that the process was not"
                        .formatted(Figures.text(period))
                    + " paused");
  }

  private static String undeclared(Optional<Limit> shortest, Duration idle) {
    return shortest
        .map(
            limit ->
                "no declared limit explains it (the shortest is %s): declare the hop that forgets"
                        .formatted(limit.text())
                    + " at or below "
                    + Figures.text(idle))
        .orElse("declare the limit that ended it, at or below " + Figures.text(idle));
  }
}
