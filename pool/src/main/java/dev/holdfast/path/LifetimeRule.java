package dev.holdfast.path;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** R6, the longest life of a connection; refuses with E8. */
final class LifetimeRule {

  static final double JITTER = 0.10;
  static final Duration FLOOR = Duration.ofSeconds(30);
  private static final Duration DEFAULT = Duration.ofMinutes(30);

  private record Cap(String setBy, Duration limit, String arithmetic) {}

  private final Inputs in;
  private final Optional<Cap> cap;
  private final Duration value;
  private final Origin origin;

  LifetimeRule(Inputs in) {
    this.in = in;
    this.cap = caps(in).min(Comparator.comparing(Cap::limit));
    Optional<Duration> asked = in.asked().maxLifetime();
    Optional<Cap> legal = cap.filter(c -> Margin.positive(c.limit()));
    if (asked.isPresent()) {
      value = asked.get();
      origin = new Origin("R6", "the user", "as requested");
    } else if (legal.isPresent() && legal.get().limit().compareTo(DEFAULT) < 0) {
      value = legal.get().limit();
      origin = new Origin("R6", legal.get().setBy(), legal.get().arithmetic());
    } else {
      value = DEFAULT;
      origin = new Origin("R6", "default", "30 min, no server limit is shorter");
    }
  }

  private static Stream<Cap> caps(Inputs in) {
    ServerLimits server = in.path().server();
    // The longest request is not known; the command timeout bounds it.
    Duration longest = in.asked().commandTimeout().orElse(Duration.ZERO);
    Duration slack = in.margin().slack();
    return Stream.of(
            server
                .maxAge()
                .map(
                    age ->
                        new Cap(
                            server.name(),
                            age.minus(slack).minus(longest),
                            "max age "
                                + Text.of(age)
                                + " - "
                                + Text.of(slack)
                                + " - longest request "
                                + Text.of(longest))),
            server
                .credentialLifetime()
                .map(life -> new Cap(server.name(), life, "credential lifetime " + Text.of(life))),
            in.asked()
                .rebalanceTarget()
                .map(t -> new Cap("the user", t, "rebalance target " + Text.of(t))))
        .flatMap(Optional::stream);
  }

  Duration value() {
    return value;
  }

  Origin origin() {
    return origin;
  }

  /** Whether a longer lifetime would still be legal. */
  boolean allows(Duration lifetime) {
    return cap.map(c -> lifetime.compareTo(c.limit()) <= 0).orElse(true);
  }

  /** R6: {@code base * (1 - J u)}, not below 30 s unless the base itself is. */
  static Duration jittered(Duration base, double u) {
    Duration shorter = base.minusNanos((long) (base.toNanos() * JITTER * Checks.fraction(u)));
    return Margin.later(shorter, Margin.earlier(base, FLOOR));
  }

  /** R6: {@code N - 1 - floor(J N u)}, and one request at least. */
  static long jittered(long maxRequests, double u) {
    return Math.max(1, maxRequests - 1 - (long) (JITTER * maxRequests * Checks.fraction(u)));
  }

  List<PathConflict> conflicts() {
    if (!in.asked().reuse()) {
      return List.of();
    }
    return cap.filter(c -> value.compareTo(c.limit()) > 0).map(this::refuse).stream().toList();
  }

  private PathConflict refuse(Cap broken) {
    if (!Margin.positive(broken.limit())) {
      return new PathConflict(
          ConflictCode.E8,
          "max age of " + broken.setBy(),
          broken.arithmetic() + " = " + Text.of(broken.limit()),
          "no lifetime is left",
          in.path().server().source(),
          "raise the max age, lower commandTimeout, or use one connection per request",
          RequestedSettings::withoutReuse);
    }
    return new PathConflict(
        ConflictCode.E8,
        "maxLifetime",
        Text.of(value),
        "not above " + Text.of(broken.limit()) + " = " + broken.arithmetic(),
        broken.setBy(),
        "use <= " + Text.of(broken.limit()),
        settings -> settings.maxLifetime(broken.limit()));
  }
}
