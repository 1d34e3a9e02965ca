package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** R0 and R3, TCP keepalive; refuses with E1, E2, E8 and E12. */
final class KeepAliveRule {

  private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(10);

  /** The keepalive period of the generic-unknown preset, for a path that bounds nothing. */
  private static final Duration UNBOUNDED_IDLE = Duration.ofSeconds(79);

  private final Inputs in;
  private final Duration maxLifetime;
  private final Optional<Limit> bound;
  private final Optional<KeepAlive> derived;
  private final Optional<KeepAlive> value;

  KeepAliveRule(Inputs in, Duration maxLifetime) {
    this.in = in;
    this.maxLifetime = maxLifetime;
    this.bound =
        Stream.of(in.limits().tightestBySegment(), in.limits().tightestUnacknowledged())
            .flatMap(Optional::stream)
            .min(Limit.TIGHTEST);
    this.derived = derive();
    this.value = inForce();
  }

  private Optional<KeepAlive> derive() {
    return bound
        .map(limit -> capped(in.margin().period(limit.idle())))
        .filter(idle -> idle.compareTo(Inputs.PERIOD_FLOOR) >= 0)
        .map(idle -> new KeepAlive(idle, interval(idle), in.margin().lostProbes() + 1));
  }

  private Optional<KeepAlive> inForce() {
    RequestedSettings asked = in.asked();
    if (!asked.keepAliveOn()) {
      return Optional.empty();
    }
    if (!asked.keepAliveSupported()) {
      return asked.osKeepAlive().filter(os -> broken(os).isEmpty());
    }
    return asked.asksForKeepAlive() ? Optional.of(completed()) : derived;
  }

  /** What the user left open of the three values. */
  private KeepAlive completed() {
    RequestedSettings asked = in.asked();
    Duration idle = asked.keepAliveIdle().orElseGet(() -> idleFor(asked.keepAliveInterval()));
    return new KeepAlive(
        idle,
        asked.keepAliveInterval().orElseGet(() -> interval(idle)),
        asked.keepAliveCount().orElse(in.margin().lostProbes() + 1));
  }

  private Duration idleFor(Optional<Duration> interval) {
    if (bound.isEmpty()) {
      return capped(UNBOUNDED_IDLE);
    }
    Duration limit = bound.get().idle();
    Duration idle = in.margin().period(limit);
    Duration room =
        interval
            .map(i -> Margin.wholeSecondsBelow(limit.minus(in.margin().reach(Duration.ZERO, i))))
            .orElse(idle);
    return capped(Margin.earlier(idle, room));
  }

  /** One second is the kernel's least. */
  private Duration capped(Duration idle) {
    return Margin.later(Margin.SECOND, Margin.earlier(idle, longest()));
  }

  private static Duration interval(Duration idle) {
    return Margin.earlier(idle, LONGEST_INTERVAL);
  }

  Optional<KeepAlive> value() {
    return value;
  }

  boolean usesOperatingSystem() {
    return !in.asked().keepAliveSupported() && value.isPresent();
  }

  /** E8: a period that is not below the lifetime never comes round. */
  private Duration longest() {
    return Margin.earlier(KeepAlive.MAX_PERIOD, Margin.wholeSecondsBelow(maxLifetime));
  }

  Origin origin() {
    if (usesOperatingSystem()) {
      return new Origin("E12", "the operating system", "its periods are legal on this path");
    }
    if (!in.asked().keepAliveOn() || !in.asked().keepAliveSupported()) {
      return new Origin("R3", "the user", "switched off or not supported");
    }
    if (in.asked().asksForKeepAlive()) {
      return new Origin("R3", "the user", "as requested");
    }
    if (bound.isEmpty()) {
      return new Origin("R3", "the path", "no hop that our segments reach forgets by segments");
    }
    Limit by = bound.get();
    String evict = derived.isPresent() ? "" : ": under 10 s, so evict instead of probing";
    if (in.margin().period(by.idle()).compareTo(longest()) > 0) {
      return new Origin(
          "E8", "max lifetime", "at most 32767 s and below " + Text.of(maxLifetime) + evict);
    }
    return new Origin("R3", by.name(), in.margin().periodArithmetic(by.idle()) + evict);
  }

  List<PathConflict> conflicts() {
    List<PathConflict> found = new ArrayList<>();
    if (in.asked().asksForKeepAlive() && !in.asked().keepAliveSupported() && value.isEmpty()) {
      found.add(refuseUnsupported());
    }
    value.ifPresent(keepAlive -> found.addAll(broken(keepAlive)));
    boolean chosen =
        in.asked().asksForKeepAlive() && in.asked().keepAliveSupported() && in.asked().reuse();
    value
        .filter(keepAlive -> chosen && keepAlive.idle().compareTo(maxLifetime) >= 0)
        .ifPresent(keepAlive -> found.add(refuseAgainstLifetime(keepAlive)));
    return found;
  }

  private List<PathConflict> broken(KeepAlive keepAlive) {
    Duration reach = in.margin().reach(keepAlive.idle(), keepAlive.interval());
    return Stream.of(
            in.limits()
                .tightestBySegment()
                .filter(limit -> reach.compareTo(limit.idle()) >= 0)
                .map(limit -> refuse(ConflictCode.E1, "idle limit", keepAlive, reach, limit)),
            // E2 as written asks only for K < U. R3 puts U into the same bound as T, and that is
            // the stricter of the two.
            in.limits()
                .tightestUnacknowledged()
                .filter(limit -> reach.compareTo(limit.idle()) >= 0)
                .map(
                    limit ->
                        refuse(ConflictCode.E2, "unacknowledged limit", keepAlive, reach, limit)))
        .flatMap(Optional::stream)
        .toList();
  }

  private PathConflict refuse(
      ConflictCode code, String kind, KeepAlive asked, Duration reach, Limit limit) {
    return new PathConflict(
        code,
        "keepAliveIdle",
        Text.of(asked.idle())
            + " with "
            + in.margin().lostProbes()
            + " lost probes reaches "
            + Text.of(reach),
        "not below " + limit.name() + " " + kind + " " + Text.of(limit.idle()),
        limit.cited(),
        advice(),
        this::applyDerived);
  }

  private PathConflict refuseAgainstLifetime(KeepAlive asked) {
    return new PathConflict(
        ConflictCode.E8,
        "keepAliveIdle",
        Text.of(asked.idle()),
        "not below maxLifetime " + Text.of(maxLifetime),
        "rule E8",
        advice(),
        this::applyDerived);
  }

  private PathConflict refuseUnsupported() {
    return new PathConflict(
        ConflictCode.E12,
        "keepAliveSupported",
        "TCP_KEEPIDLE is not available on this socket",
        "the operating system's periods would be used silently, 7200 s on Linux",
        "jdk.net.ExtendedSocketOptions",
        "use native epoll, set legal periods in the operating system, or drop keepalive",
        RequestedSettings::withoutKeepAlive);
  }

  private String advice() {
    return derived
        .map(k -> "use <= " + Text.of(k.idle()) + " with interval " + Text.of(k.interval()))
        .orElse("drop keepalive: this path is too short-lived for it");
  }

  private RequestedSettings applyDerived(RequestedSettings settings) {
    return derived
        .map(k -> settings.keepAliveIdle(k.idle()).keepAliveInterval(k.interval()))
        .orElseGet(settings::withoutKeepAlive);
  }
}
