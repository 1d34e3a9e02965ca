package dev.holdfast.path;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All rules applied to one path and one set of wishes. */
final class Rules {

  private static final Duration NLB_DEFAULT = HopPreset.AWS_NLB.hop().idleLimit();

  final Inputs in;
  final LifetimeRule lifetime;
  final KeepAliveRule keepAlive;
  final PingRule ping;
  final IdleRule idle;
  final UserTimeoutRule userTimeout;
  final PortRule ports;

  Rules(NetworkPath path, RequestedSettings asked) {
    in = Inputs.of(path, asked);
    lifetime = new LifetimeRule(in);
    keepAlive = new KeepAliveRule(in, lifetime.value());
    boolean kept = keepAlive.value().isPresent();
    ping = new PingRule(in, kept, lifetime.value());
    idle = new IdleRule(in, kept, lifetime.value());
    userTimeout = new UserTimeoutRule(in, keepAlive.value());
    ports = new PortRule(in, lifetime);
  }

  List<PathConflict> conflicts() {
    List<PathConflict> found = new ArrayList<>();
    found.addAll(keepAlive.conflicts());
    found.addAll(userTimeout.conflicts());
    found.addAll(idle.conflicts());
    found.addAll(ping.conflicts());
    found.addAll(lifetime.conflicts());
    found.addAll(ports.conflicts());
    found.sort(Comparator.comparing(PathConflict::code));
    return List.copyOf(found);
  }

  List<PathWarning> warnings() {
    List<PathWarning> found = new ArrayList<>();
    userTimeout.warning().ifPresent(found::add);
    if (keepAlive.usesOperatingSystem()) {
      found.add(
          new PathWarning(
              WarningCode.E12,
              "TCP_KEEPIDLE is not available; the operating system's keepalive periods apply",
              "use native epoll"));
    }
    UnitRule.warnings(in).forEach(found::add);
    advertisedTooLong().ifPresent(found::add);
    tunedLoadBalancer().ifPresent(found::add);
    return List.copyOf(found);
  }

  private Optional<PathWarning> advertisedTooLong() {
    ServerLimits server = in.path().server();
    Optional<Duration> kept =
        Stream.of(server.idleTimeout(), server.observedClose())
            .flatMap(Optional::stream)
            .min(Comparator.naturalOrder());
    return server
        .advertisedTimeout()
        .filter(advertised -> kept.filter(t -> t.compareTo(advertised) < 0).isPresent())
        .map(
            advertised ->
                new PathWarning(
                    WarningCode.W1,
                    server.name()
                        + " advertises "
                        + Text.of(advertised)
                        + " but closes at "
                        + kept.map(Text::of).orElseThrow()
                        + "; the smaller is used",
                    "announce what is configured"));
  }

  /**
   * W2 cannot see the targets. Safe reading: it is silent only where the path names a security
   * group of another instance type.
   */
  private Optional<PathWarning> tunedLoadBalancer() {
    boolean otherTargets = passes(HopPreset.EC2_SECURITY_GROUP);
    return in.path().hops().stream()
        .filter(hop -> hop.preset().filter(HopPreset.AWS_NLB::equals).isPresent())
        .filter(hop -> hop.idleLimit().compareTo(NLB_DEFAULT) > 0)
        .filter(hop -> !otherTargets)
        .findFirst()
        .map(
            hop ->
                new PathWarning(
                    WarningCode.W2,
                    hop.name()
                        + " is tuned to "
                        + Text.of(hop.idleLimit())
                        + "; Nitro v6 targets forget silently after 350 s",
                    "add EC2_NITRO_V6 behind it, or EC2_SECURITY_GROUP for other targets"));
  }

  private boolean passes(HopPreset preset) {
    return in.path().hops().stream()
        .anyMatch(hop -> hop.preset().filter(preset::equals).isPresent());
  }
}
