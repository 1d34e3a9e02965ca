package dev.holdfast.internal.diagnosis;

import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a declared path says about idle ages. */
final class DeclaredLimits {

  /**
   * One limit.
   *
   * @param owner who has it
   * @param kind which of its limits
   * @param value after how long
   */
  record Limit(String owner, String kind, Duration value) {
    String text() {
      return owner + "'s " + kind + " " + Figures.text(value);
    }
  }

  private DeclaredLimits() {}

  /** Every limit on the path, the shortest first. */
  static List<Limit> of(NetworkPath path) {
    List<Limit> limits = new ArrayList<>();
    for (Hop hop : path.hops()) {
      limits.addAll(of(hop));
    }
    serverTimeout(path.server())
        .ifPresent(timeout -> limits.add(new Limit(path.server().name(), "idle timeout", timeout)));
    limits.sort(Comparator.comparing(Limit::value));
    return limits;
  }

  /** Both limits of a hop. */
  static List<Limit> of(Hop hop) {
    List<Limit> limits = new ArrayList<>();
    limits.add(new Limit(hop.name(), "idle limit", hop.idleLimit()));
    hop.unacknowledgedLimit()
        .ifPresent(limit -> limits.add(new Limit(hop.name(), "unacknowledged limit", limit)));
    return limits;
  }

  /** The age at which the server closes, as far as anything says. */
  static Optional<Duration> serverTimeout(ServerLimits server) {
    return Stream.of(server.idleTimeout(), server.advertisedTimeout(), server.observedClose())
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  /** Round trip, scheduling, and the coarseness of the server's timer. */
  static Duration slack(NetworkPath path) {
    return path.rtt()
        .plus(path.schedulingSlop())
        .plus(path.server().granularity().orElse(Duration.ZERO));
  }

  /** Whether a FIN at this idle age is at the timeout of a peer declared to close. */
  static Answer closesAt(NetworkPath path, Duration idle) {
    List<Duration> timeouts =
        Stream.concat(
                serverTimeout(path.server()).stream(),
                path.hops().stream()
                    .filter(hop -> hop.terminates() || hop.expiry() == Expiry.FIN)
                    .map(Hop::idleLimit))
            .toList();
    if (timeouts.isEmpty()) {
      return Answer.UNKNOWN;
    }
    Duration slack = slack(path);
    return Answer.of(
        timeouts.stream().anyMatch(timeout -> timeout.minus(idle).abs().compareTo(slack) <= 0));
  }
}
