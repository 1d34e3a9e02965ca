package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** R1, R2 and R7, the safe idle age; refuses with E4, E5, E7, E8 and E9. */
final class IdleRule {

  /** No limit: no age is above it. */
  static final long NEVER = Long.MAX_VALUE;

  /** No reuse: every age is above it. */
  private static final long ALWAYS = -1;

  private final Inputs in;
  private final boolean keepAlive;
  private final Duration maxLifetime;
  private final Optional<Limit> tightest;

  IdleRule(Inputs in, boolean keepAlive, Duration maxLifetime) {
    this.in = in;
    this.keepAlive = keepAlive;
    this.maxLifetime = maxLifetime;
    this.tightest = in.limits().all().stream().min(Limit.TIGHTEST);
  }

  Optional<Duration> value() {
    if (!in.asked().reuse()) {
      return Optional.of(Duration.ZERO);
    }
    return in.asked().maxIdle().or(this::safeAge);
  }

  /** A_max over the whole path, whether or not keepalive keeps a hop. */
  private Optional<Duration> safeAge() {
    return tightest.map(this::age);
  }

  private Duration age(Limit limit) {
    return in.margin().age(limit.idle());
  }

  static Duration warnAge(Duration maxIdleAge) {
    return maxIdleAge.multipliedBy(8).dividedBy(10);
  }

  Origin origin() {
    if (!in.asked().reuse()) {
      return new Origin("R2", "the user", "one connection per request");
    }
    if (in.asked().maxIdle().isPresent()) {
      return new Origin("R2", "the user", "as requested");
    }
    return tightest
        .map(limit -> new Origin("R2", limit.name(), in.margin().ageArithmetic(limit.idle())))
        .orElse(new Origin("R2", "the path", "nothing on it limits idle age"));
  }

  /** R1: a hop that keepalive keeps does not age; every other ANY hop ages as PAYLOAD. */
  long maxSincePayload() {
    if (!in.asked().reuse()) {
      return ALWAYS;
    }
    long path =
        shortest(limit -> limit.clock() != IdleClock.REQUEST && !(keepAlive && kept(limit)));
    return Math.min(path, in.asked().maxIdle().map(Duration::toNanos).orElse(NEVER));
  }

  long maxSinceRequest() {
    return shortest(limit -> limit.clock() == IdleClock.REQUEST);
  }

  /** The hops that keepalive keeps; the kernel's own clock shows whether it does. */
  long maxSinceSegment() {
    return shortest(limit -> keepAlive && kept(limit));
  }

  private static boolean kept(Limit limit) {
    return limit.keptByKeepAlive();
  }

  private long shortest(Predicate<Limit> which) {
    return in.limits().all().stream()
        .filter(which)
        .map(this::age)
        .min(Comparator.naturalOrder())
        .map(Duration::toNanos)
        .orElse(NEVER);
  }

  List<PathConflict> conflicts() {
    List<PathConflict> found = new ArrayList<>();
    if (!in.asked().reuse()) {
      return found;
    }
    if (tightest.isPresent() && !Margin.positive(age(tightest.get()))) {
      found.add(refuseReuse(tightest.get()));
    } else {
      in.asked().maxIdle().ifPresent(maxIdle -> check(maxIdle, found));
    }
    return found;
  }

  private PathConflict refuseReuse(Limit limit) {
    return new PathConflict(
        ConflictCode.E7,
        "idle timeout of " + limit.name(),
        Text.of(limit.idle()),
        "not above the margin "
            + Text.of(in.margin().of(limit.idle()))
            + ": connections cannot be reused on this path",
        limit.cited(),
        "raise the timeout, or use one connection per request",
        RequestedSettings::withoutReuse);
  }

  private void check(Duration maxIdle, List<PathConflict> found) {
    boolean onlyKeepAlive = keepAlive && !in.asked().pingOn();
    if (onlyKeepAlive) {
      exceeded(maxIdle, limit -> limit.clock() != IdleClock.ANY_SEGMENT)
          .ifPresent(limit -> found.add(refuseOnlyKeepAlive(maxIdle, limit)));
    }
    // Safe reading of E5: the whole-path age, although keepalive may keep the hop that sets it.
    exceeded(maxIdle, limit -> true)
        .ifPresent(
            limit ->
                found.add(
                    refuse(
                        ConflictCode.E5,
                        Text.of(maxIdle),
                        "exceeds safe age " + Text.of(age(limit)) + " set by " + limit.name(),
                        limit.cited(),
                        "")));
    if (maxIdle.compareTo(maxLifetime) > 0) {
      found.add(
          refuse(
              ConflictCode.E8,
              Text.of(maxIdle),
              "above maxLifetime " + Text.of(maxLifetime),
              "rule E8",
              ""));
    }
    if (onlyKeepAlive) {
      exceeded(maxIdle, limit -> limit.clock() == IdleClock.ANY_SEGMENT && !kept(limit))
          .ifPresent(limit -> found.add(refuseBehindTerminator(maxIdle, limit)));
    }
  }

  private Optional<Limit> exceeded(Duration maxIdle, Predicate<Limit> which) {
    return in.limits().all().stream()
        .filter(which)
        .min(Limit.TIGHTEST)
        .filter(limit -> maxIdle.compareTo(age(limit)) > 0);
  }

  private PathConflict refuseOnlyKeepAlive(Duration maxIdle, Limit limit) {
    return refuse(
        ConflictCode.E4,
        Text.of(maxIdle) + " with TCP keepalive and no application ping",
        "TCP keepalive does not reset "
            + limit.name()
            + " (application idle "
            + Text.of(limit.idle())
            + ")",
        limit.cited(),
        pingAdvice(limit));
  }

  private PathConflict refuseBehindTerminator(Duration maxIdle, Limit limit) {
    return refuse(
        ConflictCode.E9,
        Text.of(maxIdle) + " with TCP keepalive and no application ping",
        "keepalive from here ends at "
            + in.limits().terminator().orElse(limit.name())
            + " and does not keep "
            + limit.name()
            + " ("
            + Text.of(limit.idle())
            + ")",
        limit.cited(),
        pingAdvice(limit));
  }

  private String pingAdvice(Limit limit) {
    Duration period = in.margin().period(limit.idle());
    return period.compareTo(Inputs.PERIOD_FLOOR) < 0
        ? ""
        : "add an application ping of <= " + Text.of(period) + ", and ";
  }

  private PathConflict refuse(
      ConflictCode code, String value, String limit, String source, String first) {
    Duration most = safeAge().map(a -> Margin.earlier(a, maxLifetime)).orElse(maxLifetime);
    return new PathConflict(
        code,
        "maxIdle",
        value,
        limit,
        source,
        first + "use maxIdle <= " + Text.of(most),
        settings -> settings.maxIdle(most));
  }
}
