package dev.holdfast.path;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** R5, {@code TCP_USER_TIMEOUT}; refuses with E3 and warns with E10. */
final class UserTimeoutRule {

  private static final Duration DEFAULT = Duration.ofSeconds(30);
  private static final Duration FLOOR = Duration.ofSeconds(10);

  /** What an unset user timeout amounts to: {@code tcp_retries2} = 15 of Linux. */
  private static final Duration UNSET = Duration.ofSeconds(924);

  private final Inputs in;
  private final Optional<KeepAlive> keepAlive;
  private final Optional<Limit> unacknowledged;
  private final Duration bound;
  private final Duration derived;
  private final Duration value;

  UserTimeoutRule(Inputs in, Optional<KeepAlive> keepAlive) {
    this.in = in;
    this.keepAlive = keepAlive;
    this.unacknowledged =
        in.limits().tightestUnacknowledged().filter(u -> u.idle().compareTo(UNSET) < 0);
    Duration limit = unacknowledged.map(Limit::idle).orElse(UNSET);
    // A limit that RTT + sigma eat up is halved instead, so that some timeout is always below it.
    this.bound = Margin.later(limit.minus(in.margin().slack()), limit.dividedBy(2));
    this.derived = Margin.earlier(Margin.later(DEFAULT, floor()), Margin.below(bound));
    this.value = in.asked().userTimeout().orElse(derived);
  }

  /**
   * R5's lower bound. No retransmission timeout has been seen when a plan is made, so the round
   * trip stands in for it. Safe reading: this bound yields to the upper one, because a box that
   * forgets cannot be argued with.
   */
  private Duration floor() {
    Duration threeRoundTrips = in.margin().rtt().multipliedBy(3);
    Duration command = in.asked().commandTimeout().orElse(FLOOR);
    return Margin.later(FLOOR, Margin.later(threeRoundTrips, command));
  }

  Duration value() {
    return value;
  }

  Origin origin() {
    if (in.asked().userTimeout().isPresent()) {
      return new Origin("R5", "the user", "as requested");
    }
    String setBy =
        derived.equals(DEFAULT)
            ? "default"
            : derived.compareTo(DEFAULT) > 0
                ? "command timeout or round trip"
                : unacknowledged.map(Limit::name).orElse("default");
    String arithmetic = "30 s unless calls take longer, below " + Text.of(bound);
    return new Origin("R5", setBy, arithmetic + remark());
  }

  private String remark() {
    return keepAlive
        .filter(k -> derived.compareTo(k.idle().plus(k.interval())) < 0)
        .map(k -> "; one lost keepalive probe ends an idle connection, which fails no call")
        .orElse("");
  }

  List<PathConflict> conflicts() {
    boolean unset = value.isZero();
    boolean silent = in.path().hops().stream().anyMatch(hop -> hop.expiry() == Expiry.SILENT);
    boolean illegal = unset ? silent || unacknowledged.isPresent() : value.compareTo(bound) >= 0;
    if (!illegal) {
      return List.of();
    }
    String limit =
        unset && unacknowledged.isEmpty()
            ? "must be set before a silent box (unset means about 924 s)"
            : "must be below " + Text.of(bound) + " (unset means about 924 s)";
    return List.of(
        new PathConflict(
            ConflictCode.E3,
            "userTimeout",
            unset ? "unset" : Text.of(value),
            limit,
            unacknowledged
                .map(u -> u.name() + " unacknowledged limit " + Text.of(u.idle()))
                .orElse("Linux tcp_retries2 = 15"),
            "use " + Text.of(derived),
            settings -> settings.userTimeout(derived)));
  }

  /**
   * E10, for values that the user fixed. The derived 30 s is below most derived keepalive periods
   * on purpose; its origin says what that costs.
   */
  Optional<PathWarning> warning() {
    boolean chosen = in.asked().userTimeout().isPresent() || in.asked().asksForKeepAlive();
    return keepAlive.filter(k -> chosen).flatMap(this::misfit);
  }

  private Optional<PathWarning> misfit(KeepAlive k) {
    Duration dead = k.deadPeerTime();
    if (k.count() <= in.margin().lostProbes()) {
      return warn(
          "keepAliveCount " + k.count() + " gives up within the lost probes to be tolerated",
          "use keepAliveCount >= " + (in.margin().lostProbes() + 1));
    }
    if (!value.isZero() && value.compareTo(k.idle().plus(k.interval())) < 0) {
      return warn(
          "userTimeout "
              + Text.of(value)
              + " is below keepalive idle + interval "
              + Text.of(k.idle().plus(k.interval()))
              + ": a single lost probe kills",
          "use about " + Text.of(dead));
    }
    if (value.compareTo(dead.multipliedBy(2)) > 0) {
      return warn(
          "userTimeout "
              + Text.of(value)
              + " is above twice the dead-peer time of keepalive "
              + Text.of(dead)
              + " and overrides its probe count",
          "use about " + Text.of(dead));
    }
    return Optional.empty();
  }

  private static Optional<PathWarning> warn(String what, String fix) {
    return Optional.of(new PathWarning(WarningCode.E10, what, fix));
  }
}
