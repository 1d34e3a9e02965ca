package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** R4 and the ping timeout of R7; refuses with E6 and E8. */
final class PingRule {

  private static final Duration LONGEST_TIMEOUT = Margin.SECOND;

  private final Inputs in;
  private final Duration maxLifetime;
  private final Duration timeout;
  private final Optional<Limit> bound;
  private final Optional<Duration> derived;
  private final Optional<Duration> value;

  /**
   * R4 names the application's limits and PAYLOAD hops. Safe reading: a ping is needed for whatever
   * keepalive does not keep, so ANY hops behind a terminating hop, or without keepalive, count too.
   */
  PingRule(Inputs in, boolean keepAlive, Duration maxLifetime) {
    this.in = in;
    this.maxLifetime = maxLifetime;
    this.timeout = Margin.earlier(LONGEST_TIMEOUT, in.margin().rtt().multipliedBy(5));
    this.bound = in.limits().ageing(keepAlive).stream().min(Limit.TIGHTEST);
    this.derived =
        bound
            .map(limit -> in.margin().period(limit.idle()))
            .map(period -> Margin.earlier(period, longest()))
            .filter(period -> period.compareTo(Inputs.PERIOD_FLOOR) >= 0);
    this.value = inForce();
  }

  private Optional<Duration> inForce() {
    if (!in.asked().reuse() || !in.asked().pingOn()) {
      return Optional.empty();
    }
    return in.asked().pingPeriod().or(() -> derived);
  }

  Optional<Duration> value() {
    return value;
  }

  Duration timeout() {
    return timeout;
  }

  /** E8: a period that is not below the lifetime never comes round. */
  private Duration longest() {
    return Margin.wholeSecondsBelow(maxLifetime);
  }

  Origin origin() {
    if (!in.asked().reuse() || !in.asked().pingOn()) {
      return new Origin("R4", "the user", "switched off");
    }
    if (in.asked().pingPeriod().isPresent()) {
      return new Origin("R4", "the user", "as requested");
    }
    if (bound.isEmpty()) {
      return new Origin("R4", "the path", "no limit that keepalive leaves ageing");
    }
    Limit by = bound.get();
    String evict = derived.isPresent() ? "" : ": under 10 s, so evict instead of pinging";
    if (in.margin().period(by.idle()).compareTo(longest()) > 0) {
      return new Origin("E8", "max lifetime", "below " + Text.of(maxLifetime) + evict);
    }
    return new Origin("R4", by.name(), in.margin().periodArithmetic(by.idle()) + evict);
  }

  Origin timeoutOrigin() {
    return new Origin("R7", "round trip", "min(1 s, 5 * " + Text.of(in.margin().rtt()) + ")");
  }

  List<PathConflict> conflicts() {
    List<PathConflict> found = new ArrayList<>();
    if (!in.asked().reuse()) {
      return found;
    }
    in.asked().pingPeriod().ifPresent(period -> checkPing(period, found));
    in.asked().checkPeriod().ifPresent(period -> checkSweep(period, found));
    return found;
  }

  private void checkPing(Duration period, List<PathConflict> found) {
    bound
        .filter(limit -> !legal(period, limit))
        .ifPresent(
            limit ->
                found.add(
                    refuse(
                        ConflictCode.E6,
                        Text.of(period) + " reaches " + Text.of(reach(period)),
                        "not below " + limit.name() + " timeout " + Text.of(limit.idle()),
                        limit.cited())));
    if (period.compareTo(maxLifetime) >= 0) {
      found.add(
          refuse(
              ConflictCode.E8,
              Text.of(period),
              "not below maxLifetime " + Text.of(maxLifetime),
              "rule E8"));
    }
  }

  private boolean legal(Duration period, Limit limit) {
    return reach(period).compareTo(limit.idle()) < 0;
  }

  /** R4 with a retry delay of zero: a lost ping is repeated as soon as its timeout has passed. */
  private Duration reach(Duration period) {
    return in.margin().reach(period, timeout);
  }

  private PathConflict refuse(ConflictCode code, String value, String limit, String source) {
    return new PathConflict(
        code,
        "pingPeriod",
        value,
        limit,
        source,
        derived.map(p -> "use <= " + Text.of(p)).orElse("drop the ping and evict instead"),
        settings -> derived.map(settings::pingPeriod).orElseGet(settings::withoutPing));
  }

  private void checkSweep(Duration sweep, List<PathConflict> found) {
    if (bound.isEmpty()) {
      return;
    }
    Limit limit = bound.get();
    // An illegal ping period is refused by itself; the sweep is held against the legal one.
    Duration ping = value.filter(p -> legal(p, limit)).or(() -> derived).orElse(Duration.ZERO);
    Duration effective = in.asked().pingOn() ? ping : Duration.ZERO;
    Duration room = limit.idle().minus(effective);
    if (sweep.compareTo(room) < 0) {
      return;
    }
    Duration fix = Margin.below(room);
    found.add(
        new PathConflict(
            ConflictCode.E6,
            "checkPeriod",
            Text.of(sweep) + " after a ping period of " + Text.of(effective),
            "together not shorter than " + limit.name() + " timeout " + Text.of(limit.idle()),
            limit.cited(),
            "use <= " + Text.of(fix),
            settings -> settings.checkPeriod(fix)));
  }
}
